import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import type { Auth0Client, PendingChange, Values } from '../../../domain/vocabulary.ts'
import { viewOf } from '../../../domain/clients/view.ts'
import { writeFields } from '../../../domain/clients/field-values.ts'
import { nestedValues } from '../../../domain/clients/nest.ts'
import { recordOf } from '../../../domain/shape.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { clientMembers, contractFields, contractValues } from '../../support/contract.ts'

const order = clientMembers.split(' ')

const view = (
  observed: Auth0Client,
  more: { base?: Values; pending?: readonly PendingChange[]; managed?: boolean } = {},
) =>
  viewOf(
    { key: { tenantId: 'acme', clientId: 'c1' }, observed, base: more.base ?? {}, pending: more.pending ?? [] },
    more.managed ?? false,
    keys,
  )

/** With something of every field, those that the contract got later too. */
const held = writeFields(contractValues, {}, keys)

const full: Auth0Client = {
  ...held,
  client_id: 'c1',
  name: 'One',
  app_type: 'native',
  client_secret: 'never',
  logo_uri: 'https://a.test/logo.png',
  grant_types: ['authorization_code', 'refresh_token'],
  callbacks: ['https://a.test/cb'],
  allowed_logout_urls: ['https://a.test/out'],
  web_origins: ['https://a.test'],
  allowed_origins: ['https://b.test'],
  client_metadata: {
    ...recordOf(held['client_metadata']),
    owners: '["auth0|ann","billing"]',
    product_name: 'Shop',
    application_name: 'Till',
    client_upn_key: 'upn',
  },
  mobile: {
    ios: { team_id: 'T', app_bundle_identifier: 'B' },
    android: { app_package_name: 'P', sha256_cert_fingerprints: ['AA', 'BB'] },
  },
  token_endpoint_auth_method: 'client_secret_basic',
  cross_origin_authentication: true,
  jwt_configuration: { lifetime_in_seconds: 36_000 },
  refresh_token: {
    rotation_type: 'rotating',
    leeway: 3,
    token_lifetime: 100,
    idle_token_lifetime: 50,
    infinite_token_lifetime: false,
    infinite_idle_token_lifetime: true,
  },
}

test('a client with everything', () => {
  expect(Object.keys(view(full))).toEqual(order)
  expect(view(full)).toEqual({
    ...nestedValues(fieldPaths, (path) => contractFields[path].value),
    id: 'c1',
    name: 'One',
    type: 'native',
    mobile: {
      ios: { team_id: 'T', app_bundle_identifier: 'B' },
      android: { keystore_hash: 'AA,BB', app_package_name: 'P' },
    },
    owners: ['auth0|ann', 'billing'],
    secret: null,
    logoUrl: 'https://a.test/logo.png',
    grantTypes: ['authorization_code', 'refresh_token'],
    productName: 'Shop',
    callbackUrls: ['https://a.test/cb'],
    client_upn_key: 'upn',
    applicationName: 'Till',
    manuallyCreated: true,
    clientAuthMethod: 'ClientSecretBasic',
    allowedLogoutUrls: ['https://a.test/out'],
    allowedWebOrigins: ['https://a.test'],
    idTokenExpiration: 36_000,
    allowedCorsOrigins: ['https://b.test'],
    refreshTokenReuseInterval: 3,
    refreshTokenAbsoluteLifetime: 100,
    isRefreshTokenRotationEnabled: true,
    allowCrossOriginAuthentication: true,
    refreshTokenInactivityLifetime: 50,
    isRefreshTokenAbsoluteExpirationEnabled: true,
    isRefreshTokenInactivityLifetimeEnabled: false,
  })
})

test('a client with nothing: null everywhere but in what is never null', () => {
  const bare = view({ client_id: 'c1' })
  expect(Object.keys(bare)).toEqual(order.filter((member) => member !== 'clientAuthMethod'))
  const { id, mobile, manuallyCreated, ...rest } = bare
  expect({ id, mobile, manuallyCreated }).toEqual({
    id: 'c1',
    mobile: {
      ios: { team_id: null, app_bundle_identifier: null },
      android: { keystore_hash: null, app_package_name: null },
    },
    manuallyCreated: true,
  })
  expect(Object.values(rest).every((value) => value === null)).toBe(true)
})

describe('how single members are read', () => {
  test.each([
    { reason: 'none', raw: 'none', method: 'None' },
    { reason: 'post', raw: 'client_secret_post', method: 'ClientSecretPost' },
    { reason: 'another method is left out', raw: 'private_key_jwt', method: undefined },
    { reason: 'null is left out', raw: null, method: undefined },
    { reason: 'a name that every object has is no method', raw: 'constructor', method: undefined },
  ])('clientAuthMethod: $reason', ({ raw, method }) => {
    const one = view({ token_endpoint_auth_method: raw })
    expect(one.clientAuthMethod).toBe(method)
    expect('clientAuthMethod' in one).toBe(method !== undefined)
  })
  test.each([
    { reason: 'a JSON array', raw: '["a","b"]', owners: ['a', 'b'] },
    { reason: 'comma separated', raw: 'a, b ,', owners: ['a', 'b'] },
    { reason: 'a single one', raw: 'a', owners: ['a'] },
    { reason: 'an empty array', raw: '[]', owners: [] },
    { reason: 'not quite JSON is read as a person typed it', raw: '[a,b', owners: ['[a', 'b'] },
    { reason: 'not a text', raw: 5, owners: null },
  ])('owners: $reason', ({ raw, owners }) => {
    expect(view({ client_metadata: { owners: raw } }).owners).toEqual(owners)
  })
  test('an empty list stays a list', () => {
    expect(view({ callbacks: [] }).callbackUrls).toEqual([])
  })
  test('what does not expire is said so', () => {
    const one = view({ refresh_token: { rotation_type: 'non-rotating', infinite_token_lifetime: true } })
    expect(one).toMatchObject({
      isRefreshTokenRotationEnabled: false,
      isRefreshTokenAbsoluteExpirationEnabled: false,
      isRefreshTokenInactivityLifetimeEnabled: null,
    })
  })
  test('a managed client was not created manually', () => {
    expect(view(full, { managed: true }).manuallyCreated).toBe(false)
  })
})

const pending = (values: Values, generation = 1): PendingChange => ({ id: `p${generation}`, generation, values })

describe('desired over observed', () => {
  test('an accepted value shows at once, the latest last', () => {
    const changes = [pending({ productName: 'A' }), pending({ productName: 'B' }, 2)]
    expect(view(full, { pending: changes }).productName).toBe('B')
  })
  test('a cleared field reads as Auth0 will have it', () => {
    const one = view(full, { pending: [pending({ callbackUrls: [], productName: null, owners: [] })] })
    expect(one).toMatchObject({ callbackUrls: [], productName: null, owners: [] })
  })
  test('a confirmed value that drifted still shows: it is what is to be', () => {
    expect(view(full, { base: { productName: 'Confirmed' } }).productName).toBe('Confirmed')
  })
  test('owning an absent field does not turn null into a list', () => {
    expect(view({}, { base: { callbackUrls: [] } }).callbackUrls).toBeNull()
  })
})

test('no observed text comes through that is not in the contract', () => {
  const secret = 'SECRET-7c1f'
  const anything = fc.dictionary(fc.string(), fc.anything())
  fc.assert(
    fc.property(anything, (extra) => {
      const one = view({
        ...extra,
        ...full,
        client_secret: secret,
        signing_keys: [{ cert: secret }],
        client_metadata: { other: secret },
        addons: { samlp: { key: secret } },
      })
      expect(JSON.stringify(one)).not.toContain(secret)
      expect(Object.keys(one)).toEqual(order)
    }),
  )
})
