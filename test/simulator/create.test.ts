import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../simulator/json.ts'
import type { SimulatorOptions } from '../../simulator/main.ts'
import { withClient } from './support.ts'

const everyGrant = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']
const lasting = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  token_lifetime: 2592000,
  idle_token_lifetime: 1296000,
  infinite_token_lifetime: true,
}

const rows: { reason: string; sent: JsonObject; has: JsonObject; lacks?: string[] }[] = [
  {
    reason: 'a name alone',
    sent: {},
    has: {
      is_first_party: true,
      oidc_conformant: false,
      custom_login_page_on: true,
      cross_origin_authentication: false,
      grant_types: everyGrant,
      jwt_configuration: { secret_encoded: false, lifetime_in_seconds: 36000 },
      refresh_token: { ...lasting, leeway: 0, infinite_idle_token_lifetime: true },
    },
    lacks: ['app_type', 'callbacks', 'client_metadata', 'mobile', 'description', 'token_endpoint_auth_method'],
  },
  {
    reason: 'a secret in the body lasts a year',
    sent: { token_endpoint_auth_method: 'client_secret_post' },
    has: {
      refresh_token: {
        ...lasting,
        leeway: 0,
        infinite_idle_token_lifetime: true,
        token_lifetime: 31557600,
        idle_token_lifetime: 2592000,
      },
    },
  },
  { reason: 'spa has no client credentials', sent: { app_type: 'spa' }, has: { grant_types: everyGrant.slice(0, 3) } },
  {
    reason: 'native has no client credentials',
    sent: { app_type: 'native' },
    has: { grant_types: everyGrant.slice(0, 3) },
  },
  {
    reason: 'grants sent are kept',
    sent: { app_type: 'spa', grant_types: ['implicit'] },
    has: { grant_types: ['implicit'] },
  },
  {
    reason: 'a resource server has no grants, and no lifetime',
    sent: { app_type: 'resource_server', resource_server_identifier: 'https://api' },
    has: { grant_types: [], oidc_conformant: true, jwt_configuration: { secret_encoded: false, alg: 'RS256' } },
  },
  {
    reason: 'an express application has no secret',
    sent: { app_type: 'express_configuration' },
    has: { organization_usage: 'require', client_authentication_methods: { private_key_jwt: { credentials: [] } } },
    lacks: ['client_secret'],
  },
  {
    reason: 'a third party rotates its refresh tokens',
    sent: { is_first_party: false },
    has: {
      oidc_conformant: true,
      third_party_security_mode: 'permissive',
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 0,
        token_lifetime: 2592000,
        idle_token_lifetime: 1296000,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
      },
    },
  },
  {
    reason: 'a third party under strict rules has an authorization code and little time',
    sent: {
      is_first_party: false,
      third_party_security_mode: 'strict',
      token_endpoint_auth_method: 'client_secret_post',
    },
    has: {
      oidc_conformant: true,
      third_party_security_mode: 'strict',
      redirection_policy: 'open_redirect_protection',
      grant_types: ['authorization_code'],
      jwt_configuration: { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 },
      refresh_token: {
        ...lasting,
        expiration_type: 'expiring',
        leeway: 0,
        token_lifetime: 31557600,
        idle_token_lifetime: 2592000,
        infinite_idle_token_lifetime: false,
      },
    },
  },
  {
    reason: 'what a third party asks for is kept',
    sent: {
      is_first_party: false,
      third_party_security_mode: 'strict',
      redirection_policy: 'allow_always',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    has: { redirection_policy: 'allow_always', grant_types: ['authorization_code', 'refresh_token'] },
  },
  {
    reason: '{alg} gets no lifetime',
    sent: { jwt_configuration: { alg: 'RS256' } },
    has: { jwt_configuration: { secret_encoded: false, alg: 'RS256' } },
  },
]

describe('POST', () => {
  test.each(rows)('$reason', async ({ sent, has, lacks = [] }) => {
    const { api, path } = await withClient(sent)
    const { body } = await api('GET', path)
    for (const [member, value] of Object.entries(has)) expect(body[member]).toEqual(value)
    for (const member of lacks) expect(body).not.toHaveProperty(member)
  })

  test.each<{ reason: string; sent: JsonObject; options: SimulatorOptions; id: RegExp }>([
    { reason: 'an ordinary client', sent: {}, options: { thirdParties: 'strict' }, id: /^[A-Za-z0-9]{32}$/ },
    {
      reason: 'a third party, where the tenant is strict',
      sent: { is_first_party: false },
      options: { thirdParties: 'strict' },
      id: /^tpc_/,
    },
    {
      reason: 'a third party that asks for strict rules',
      sent: { is_first_party: false, third_party_security_mode: 'strict' },
      options: {},
      id: /^tpc_/,
    },
    {
      reason: 'a third party that asks for permissive rules',
      sent: { is_first_party: false, third_party_security_mode: 'permissive' },
      options: { thirdParties: 'strict' },
      id: /^[A-Za-z0-9]{32}$/,
    },
  ])('the id of $reason', async ({ sent, options, id }) => {
    expect((await withClient(sent, options)).id).toMatch(id)
  })

  test('answers carry the members that only Auth0 writes', async () => {
    const { api, path, id } = await withClient({}, { tenant: 'acme' })
    const { body } = await api('GET', path)
    expect(body).toMatchObject({ client_id: id, tenant: 'acme', global: false, callback_url_template: false })
    expect(id).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(body['client_secret']).toHaveLength(64)
    expect(body['signing_keys']).toHaveLength(1)
  })

  test('credentials sent along are created, and the secret is hidden', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const credential = { credential_type: 'public_key', name: 'first', pem: publicKey }
    const { api, path, simulator, id } = await withClient({
      client_authentication_methods: { private_key_jwt: { credentials: [credential] } },
    })
    const [created] = (await api('GET', `${path}/credentials`)).rows
    expect(simulator.clients.get(id)?.['client_authentication_methods']).toEqual({
      private_key_jwt: { credentials: [{ id: created?.['id'] }] },
    })
    expect((await api('GET', path)).body).not.toHaveProperty('client_secret')
  })
})
