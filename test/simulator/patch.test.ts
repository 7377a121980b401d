import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../simulator/json.ts'
import { withClient } from './support.ts'

const transfer = {
  can_create_session_transfer_token: false,
  allowed_authentication_methods: [],
  enforce_device_binding: 'ip',
  allow_refresh_token: false,
  enforce_online_refresh_tokens: true,
  enforce_cascade_revocation: true,
}
const ios = { team_id: '9JA89QQLNQ', app_bundle_identifier: 'com.example' }
const android = { app_package_name: 'com.example', sha256_cert_fingerprints: ['DE:AD:BE:EF'] }
const policy = { rotation_type: 'rotating', expiration_type: 'expiring' }

type Row = { reason: string; before: JsonObject; patch: JsonObject; after: JsonObject; gone?: string[] }

const rows: Row[] = [
  {
    reason: 'an empty list stays, as []',
    before: { callbacks: ['https://a.example.com'] },
    patch: { callbacks: [] },
    after: { callbacks: [] },
  },
  {
    reason: 'order is kept as sent',
    before: {},
    patch: { callbacks: ['https://b.example.com', 'https://a.example.com'] },
    after: { callbacks: ['https://b.example.com', 'https://a.example.com'] },
  },
  {
    reason: 'a list is replaced, not merged',
    before: { web_origins: ['https://a.example.com'] },
    patch: { web_origins: ['https://b.example.com'] },
    after: { web_origins: ['https://b.example.com'] },
  },
  {
    reason: 'an empty description stays',
    before: { description: 'x' },
    patch: { description: '' },
    after: { description: '' },
  },
  {
    reason: 'an empty initiate_login_uri removes it',
    before: { initiate_login_uri: 'https://a.example.com/login' },
    patch: { initiate_login_uri: '' },
    after: {},
    gone: ['initiate_login_uri'],
  },
  {
    reason: 'metadata keys that are not named stay',
    before: { client_metadata: { a: '1', b: '2' } },
    patch: { client_metadata: { b: '3' } },
    after: { client_metadata: { a: '1', b: '3' } },
  },
  {
    reason: 'null removes a metadata key, {} remains',
    before: { client_metadata: { a: '1' } },
    patch: { client_metadata: { a: null } },
    after: { client_metadata: {} },
  },
  {
    reason: '{android} leaves ios',
    before: { app_type: 'native', mobile: { ios, android } },
    patch: { mobile: { android: { app_package_name: 'org.example' } } },
    after: { mobile: { ios, android: { app_package_name: 'org.example' } } },
  },
  {
    reason: 'mobile left out stays',
    before: { mobile: { ios } },
    patch: { name: 'Other' },
    after: { mobile: { ios }, name: 'Other' },
  },
  {
    reason: '{alg} keeps the lifetime',
    before: {},
    patch: { jwt_configuration: { alg: 'RS256' } },
    after: { jwt_configuration: { secret_encoded: false, lifetime_in_seconds: 36000, alg: 'RS256' } },
  },
  {
    reason: 'null removes the addons',
    before: { addons: { box: {} } },
    patch: { addons: null },
    after: {},
    gone: ['addons'],
  },
  {
    reason: 'one addon leaves the others',
    before: { addons: { box: {} } },
    patch: { addons: { zoom: { account: 'a' } } },
    after: { addons: { box: {}, zoom: { account: 'a' } } },
  },
  {
    reason: 'delegation: null on nothing makes the defaults',
    before: {},
    patch: { session_transfer: { delegation: null } },
    after: { session_transfer: transfer },
  },
  {
    reason: 'session transfer is merged',
    before: { session_transfer: { allow_refresh_token: true } },
    patch: { session_transfer: { enforce_device_binding: 'asn' } },
    after: { session_transfer: { ...transfer, allow_refresh_token: true, enforce_device_binding: 'asn' } },
  },
  {
    reason: 'a delegation gets its device binding',
    before: {},
    patch: { session_transfer: { delegation: { allow_delegated_access: true } } },
    after: {
      session_transfer: { ...transfer, delegation: { allow_delegated_access: true, enforce_device_binding: 'ip' } },
    },
  },
  {
    reason: 'a social login is removed by null',
    before: { native_social_login: { apple: { enabled: true }, facebook: { enabled: false } } },
    patch: { native_social_login: { apple: null } },
    after: { native_social_login: { facebook: { enabled: false } } },
  },
  {
    reason: 'the old name of the logout removes both',
    before: { oidc_logout: { backchannel_logout_urls: ['https://a.example.com'] } },
    patch: { oidc_backchannel_logout: null },
    after: {},
    gone: ['oidc_logout', 'oidc_backchannel_logout'],
  },
  {
    reason: 'the old name mirrors the URLs',
    before: {},
    patch: { oidc_logout: { backchannel_logout_urls: ['https://a.example.com'] } },
    after: { oidc_backchannel_logout: { backchannel_logout_urls: ['https://a.example.com'] } },
  },
  {
    reason: 'what a refresh token policy leaves out stays',
    before: {},
    patch: { refresh_token: policy },
    after: {
      refresh_token: {
        ...policy,
        leeway: 0,
        token_lifetime: 2592000,
        idle_token_lifetime: 1296000,
        infinite_token_lifetime: true,
        infinite_idle_token_lifetime: true,
      },
    },
  },
  {
    reason: 'a quota is taken as sent',
    before: { token_quota: { client_credentials: { enforce: false, per_day: 10 } } },
    patch: { token_quota: { client_credentials: { per_hour: 5 } } },
    after: { token_quota: { client_credentials: { enforce: true, per_hour: 5 } } },
  },
  {
    reason: 'what an organization may do through a client is merged',
    before: {
      my_organization_configuration: {
        allowed_strategies: ['okta'],
        connection_deletion_behavior: 'allow',
        connection_profile_id: 'cop_1',
      },
    },
    patch: { my_organization_configuration: { allowed_strategies: ['oidc'], connection_deletion_behavior: 'allow' } },
    after: {
      my_organization_configuration: {
        allowed_strategies: ['oidc'],
        connection_deletion_behavior: 'allow',
        connection_profile_id: 'cop_1',
      },
    },
  },
  {
    reason: 'null removes the default organization',
    before: { default_organization: { organization_id: 'org_1', flows: ['client_credentials'] } },
    patch: { default_organization: null },
    after: {},
    gone: ['default_organization'],
  },
  {
    reason: 'null removes organization_usage',
    before: { organization_usage: 'allow' },
    patch: { organization_usage: null },
    after: {},
    gone: ['organization_usage'],
  },
  {
    reason: 'null removes the encryption key',
    before: { encryption_key: { pub: 'a' } },
    patch: { encryption_key: null },
    after: {},
    gone: ['encryption_key'],
  },
  {
    reason: 'null removes the token exchange',
    before: { token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } },
    patch: { token_exchange: null },
    after: {},
    gone: ['token_exchange'],
  },
]

const keys = (from: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${from + index}`, 'v']))

describe('PATCH', () => {
  test.each(rows)('$reason', async ({ before, patch, after, gone = [] }) => {
    const { api, path } = await withClient(before)
    const answer = await api('PATCH', path, patch)
    expect(answer).toMatchObject({ status: 200, body: after })
    for (const [member, value] of Object.entries(after)) expect(answer.body[member]).toEqual(value)
    for (const member of gone) expect(answer.body).not.toHaveProperty(member)
    const { signing_keys: _changed, ...changed } = answer.body
    const { signing_keys: _read, ...read } = (await api('GET', path)).body
    expect(read).toEqual(changed)
  })

  test('a refused PATCH writes nothing', async () => {
    const { api, path, simulator, id } = await withClient({ description: 'before' })
    const before = simulator.clients.get(id)
    await api('PATCH', path, { description: 'after', callbacks: ['no url'] })
    expect(simulator.clients.get(id)).toEqual(before)
  })

  test('metadata may not come to more than ten keys', async () => {
    const { api, path } = await withClient({ client_metadata: keys(0, 9) })
    expect((await api('PATCH', path, { client_metadata: keys(9, 1) })).status).toBe(200)
    expect((await api('PATCH', path, { client_metadata: keys(10, 1) })).status).toBe(400)
    expect((await api('PATCH', path, { client_metadata: { k0: null, other: 'v' } })).status).toBe(200)
  })
})
