import { describe, expect, test } from 'vitest'
import { textOf, type JsonObject } from '../../simulator/json.ts'
import { management, simulated } from './support.ts'

// A second plan is empty when every value is read back as it was sent: types, order, empty lists. Members as the provider's
// schema has them, values as its tests use them.
const members: { reason: string; sent: JsonObject }[] = [
  { reason: 'empty texts', sent: { description: '', custom_login_page: '', form_template: '' } },
  {
    reason: 'texts',
    sent: {
      description: 'd',
      logo_uri: 'https://example.com/logo.png',
      custom_login_page: '<html></html>',
      form_template: 'f',
      initiate_login_uri: 'https://example.com/login',
      cross_origin_loc: 'https://example.com/x',
    },
  },
  {
    reason: 'lists keep their order',
    sent: {
      callbacks: ['https://b.example.com', 'https://a.example.com'],
      allowed_logout_urls: ['https://b.example.com', 'https://a.example.com'],
      web_origins: ['https://b.example.com', 'https://a.example.com'],
      allowed_origins: ['https://b.example.com', 'https://a.example.com'],
      client_aliases: ['b', 'a'],
      allowed_clients: ['b', 'a'],
      grant_types: ['refresh_token', 'authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
  },
  {
    reason: 'empty lists stay, and are not defaults',
    sent: {
      callbacks: [],
      allowed_logout_urls: [],
      web_origins: [],
      allowed_origins: [],
      client_aliases: [],
      allowed_clients: [],
      grant_types: [],
    },
  },
  {
    reason: 'switches on',
    sent: {
      is_token_endpoint_ip_header_trusted: true,
      oidc_conformant: true,
      sso: true,
      sso_disabled: true,
      cross_origin_authentication: true,
      custom_login_page_on: true,
      require_pushed_authorization_requests: true,
      require_proof_of_possession: true,
      skip_non_verifiable_callback_uri_confirmation_prompt: true,
    },
  },
  {
    reason: 'switches off',
    sent: {
      is_token_endpoint_ip_header_trusted: false,
      oidc_conformant: false,
      sso: false,
      sso_disabled: false,
      cross_origin_authentication: false,
      custom_login_page_on: false,
      require_pushed_authorization_requests: false,
      require_proof_of_possession: false,
      skip_non_verifiable_callback_uri_confirmation_prompt: false,
    },
  },
  {
    reason: 'numbers stay numbers',
    sent: {
      jwt_configuration: { lifetime_in_seconds: 300, secret_encoded: true, alg: 'RS256', scopes: { foo: 'bar' } },
      token_quota: { client_credentials: { enforce: true, per_hour: 10, per_day: 100 } },
    },
  },
  { reason: 'an algorithm alone', sent: { jwt_configuration: { alg: 'RS256' } } },
  {
    reason: 'texts of metadata that look like others',
    sent: { client_metadata: { b: '1', a: 'true', list: '["r"]' } },
  },
  { reason: 'a key', sent: { encryption_key: { pub: 'p', cert: 'c', subject: 's' } } },
  {
    reason: 'mobile',
    sent: {
      mobile: {
        android: { app_package_name: 'com.example', sha256_cert_fingerprints: ['DE:AD:BE:EF'] },
        ios: { team_id: '9JA89QQLNQ', app_bundle_identifier: 'com.example' },
      },
    },
  },
  {
    reason: 'social logins',
    sent: {
      native_social_login: { apple: { enabled: true }, facebook: { enabled: false }, google: { enabled: true } },
    },
  },
  {
    reason: 'a rotating refresh token with a policy',
    sent: {
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 15,
        token_lifetime: 84600,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        idle_token_lifetime: 72000,
        policies: [{ audience: 'https://api.example.com', scope: ['write', 'read'] }],
      },
    },
  },
  {
    reason: 'the required half of a refresh token',
    sent: { refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring' } },
  },
  {
    reason: 'organizations',
    sent: {
      organization_usage: 'require',
      organization_require_behavior: 'pre_login_prompt',
      organization_discovery_methods: ['organization_name', 'email'],
      default_organization: { organization_id: 'org_1', flows: ['client_credentials'] },
    },
  },
  {
    reason: 'logout',
    sent: {
      oidc_logout: {
        backchannel_logout_urls: ['https://example.com/logout'],
        backchannel_logout_initiators: { mode: 'custom', selected_initiators: ['rp-logout', 'idp-logout'] },
      },
    },
  },
  {
    reason: 'session transfer',
    sent: {
      session_transfer: {
        can_create_session_transfer_token: true,
        allowed_authentication_methods: ['cookie', 'query'],
        enforce_device_binding: 'asn',
        allow_refresh_token: true,
        enforce_cascade_revocation: false,
        enforce_online_refresh_tokens: false,
      },
    },
  },
  { reason: 'session transfer with nothing in it', sent: { session_transfer: { allowed_authentication_methods: [] } } },
  { reason: 'token exchange', sent: { token_exchange: { allow_any_profile_of_type: ['custom_authentication'] } } },
  { reason: 'channels', sent: { async_approval_notification_channels: ['email', 'guardian-push'] } },
  { reason: 'a compliance level', sent: { compliance_level: 'fapi1_adv_pkj_par' } },
  { reason: 'addons without settings', sent: { addons: { box: {}, wsfed: {}, concur: {} } } },
  {
    reason: 'addons with settings of every type',
    sent: {
      addons: {
        aws: { principal: 'p', role: 'r', lifetime_in_seconds: 32000 },
        samlp: {
          audience: 'a',
          mappings: { email: 'https://example.com/email' },
          nameIdentifierProbes: ['b', 'a'],
          createUpnClaim: true,
          signResponse: false,
          logout: { callback: 'https://example.com/cb', slo_enabled: true },
        },
        sharepoint: { url: 'https://example.com', external_url: ['b', 'a'] },
      },
    },
  },
]

describe('what the provider writes', () => {
  test.each(members)('is read back as it was sent, and sent again changes nothing: $reason', async ({ sent }) => {
    const simulator = await simulated()
    const api = await management(simulator)
    const ways = [
      async () => textOf((await api('POST', '/clients', { name: 'Shop', ...sent })).body['client_id']),
      async () => {
        const id = textOf((await api('POST', '/clients', { name: 'Shop' })).body['client_id'])
        expect((await api('PATCH', `/clients/${id}`, sent)).status).toBe(200)
        return id
      },
    ]
    for (const way of ways) {
      const path = `/clients/${await way()}`
      const read = await api('GET', path)
      expect(read.body).toMatchObject(sent)
      expect((await api('PATCH', path, sent)).status).toBe(200)
      expect((await api('GET', path)).text).toBe(read.text)
    }
  })
})
