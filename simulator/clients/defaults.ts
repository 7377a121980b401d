import { textOf, type JsonObject } from '../json.ts'

// What a created client has without being asked, recorded: ×24 with the name only, and one class after another.

const everyGrant = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials']
const publicGrants = ['authorization_code', 'implicit', 'refresh_token']
// No lifetime where Auth0 itself sets the algorithm.
const signedByTenant = { secret_encoded: false, alg: 'RS256' }

const byAppType: Record<string, JsonObject> = {
  native: { grant_types: publicGrants },
  spa: { grant_types: publicGrants },
  resource_server: { grant_types: [], oidc_conformant: true, jwt_configuration: signedByTenant },
  express_configuration: {
    grant_types: ['authorization_code', 'client_credentials'],
    oidc_conformant: true,
    jwt_configuration: signedByTenant,
    callbacks: ['https://system-admin.okta.com/admin/app/generic/oauth20redirect'],
    client_authentication_methods: { private_key_jwt: { credentials: [] } },
    organization_usage: 'require',
    organization_require_behavior: 'pre_login_prompt',
  },
}

const lasting = {
  rotation_type: 'non-rotating',
  expiration_type: 'non-expiring',
  leeway: 0,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
  token_lifetime: 2592000,
  idle_token_lifetime: 1296000,
}
// Recorded for client_secret_post (×25); for client_secret_basic on POST it is a guess.
const lastingLong = { ...lasting, token_lifetime: 31557600, idle_token_lifetime: 2592000 }
const rotating = {
  ...lasting,
  rotation_type: 'rotating',
  expiration_type: 'expiring',
  infinite_token_lifetime: false,
  infinite_idle_token_lifetime: false,
}

const byAuthMethod: Record<string, JsonObject> = {
  client_secret_post: { refresh_token: lastingLong },
  client_secret_basic: { refresh_token: lastingLong },
}

/**
 * Under which rules a third party stands. Without being asked, a tenant that knew third parties before April 2026 gives
 * the permissive ones (recorded), any other the strict ones (documented).
 */
export type SecurityMode = 'strict' | 'permissive'

/** The rules for a client to be; undefined for a first party. */
export const securityModeOf = (sent: JsonObject, ofTenant: SecurityMode): SecurityMode | undefined => {
  if (sent['is_first_party'] !== false) return undefined
  const { third_party_security_mode: asked } = sent
  return asked === 'strict' || asked === 'permissive' ? asked : ofTenant
}

const byMode: Record<SecurityMode, (sent: JsonObject) => JsonObject> = {
  permissive: () => ({ oidc_conformant: true, refresh_token: rotating, third_party_security_mode: 'permissive' }),
  // Recorded with client_secret_post. That a public client rotates its refresh tokens is a guess after OAuth 2.1.
  strict: (sent) => {
    const method = textOf(sent['token_endpoint_auth_method'])
    return {
      oidc_conformant: true,
      grant_types: ['authorization_code'],
      jwt_configuration: { secret_encoded: false, alg: 'RS256', lifetime_in_seconds: 3600 },
      refresh_token: {
        ...(method in byAuthMethod ? lastingLong : lasting),
        ...(method === 'none' ? { rotation_type: 'rotating', infinite_token_lifetime: false } : {}),
        expiration_type: 'expiring',
        infinite_idle_token_lifetime: false,
      },
      third_party_security_mode: 'strict',
      // Documented.
      redirection_policy: 'open_redirect_protection',
    }
  },
}

/** The defaults beneath the members that a POST sends. */
export const defaultsFor = (sent: JsonObject, mode: SecurityMode | undefined): JsonObject => ({
  global: false,
  callback_url_template: false,
  is_first_party: true,
  is_token_endpoint_ip_header_trusted: false,
  oidc_conformant: false,
  sso_disabled: false,
  cross_origin_auth: false,
  cross_origin_authentication: false,
  custom_login_page_on: true,
  grant_types: everyGrant,
  jwt_configuration: { secret_encoded: false, lifetime_in_seconds: 36000 },
  refresh_token: lasting,
  ...byAuthMethod[textOf(sent['token_endpoint_auth_method'])],
  ...byAppType[textOf(sent['app_type'])],
  ...(mode === undefined ? {} : byMode[mode](sent)),
})

/** "All Applications": every tenant has it; its login page is the tenant's (recorded). */
export const globalClient = (id: string, secret: string): JsonObject & { client_id: string } => ({
  client_id: id,
  client_secret: secret,
  name: 'All Applications',
  global: true,
  is_first_party: true,
  callbacks: [],
  refresh_token: lasting,
  owners: [],
  custom_login_page: '',
  custom_login_page_on: false,
  cross_origin_authentication: true,
})
