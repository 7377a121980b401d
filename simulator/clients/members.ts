import {
  active,
  addons,
  appTypes,
  authenticationMethods,
  clientName,
  encryptionKey,
  expressConfiguration,
  jwtConfiguration,
  metadata,
  mobile,
  myOrganization,
  oidcLogout,
  privilegedGrants,
  refreshToken,
  sessionTransfer,
  signedRequest,
  social,
  tokenQuota,
} from './member-parts.ts'
import * as fills from './fills.ts'
import type { JsonObject } from '../json.ts'
import type { Schema } from './schema.ts'

/**
 * One member of a client as the API takes it. This table is the one place that knows how a member is checked,
 * what null does, and whether PATCH merges or replaces. Sources: "recorded" (real traffic), else the API's schema.
 * That PATCH merges is recorded for several members that are objects, and taken for the rule.
 */
export type Member = {
  schema: Schema
  /** The schema of PATCH, where it is another one. */
  update?: Schema
  /** Accepted by one of the two only. */
  only?: 'create' | 'update'
  /** null is accepted and removes the member: by PATCH only, or by both. */
  nulls?: 'update' | 'both'
  /**
   * PATCH puts the sent object in the place of the present one. Otherwise it merges: the sent members lie over the
   * present ones, one level deep, and null members are removed.
   */
  replaced?: true
  /** The empty string removes the member. */
  emptyRemoves?: true
  /** Puts defaults beneath the value, once the member is there. */
  fill?: (value: JsonObject) => JsonObject
}

const text = (about?: string, more: Partial<Extract<Schema, { type: 'string' }>> = {}): Schema => ({
  type: 'string',
  ...(about === undefined ? {} : { about }),
  ...more,
})
const flag = (about?: string): Schema => ({ type: 'boolean', ...(about === undefined ? {} : { about }) })
const choice = (values: readonly string[], about?: string): Schema => text(about, { values })
const list = (about: string, of: Schema, max?: number): Schema => ({
  type: 'array',
  of,
  about,
  ...(max === undefined ? {} : { max }),
})

// 100 URLs a field is documented.
const urls = (about: string, format: 'callback-url' | 'logout-url' | 'origin-url') => ({
  schema: list(about, text(about, { format }), 100),
})

/** Every member that POST or PATCH takes. */
export const members: Record<string, Member> = {
  name: { schema: clientName },
  description: {
    schema: text('Free text description of the purpose of the Client. (Max character length: <code>140</code>)', {
      max: 140,
    }),
  },
  client_secret: { schema: text('The secret used to sign tokens for the client', { min: 1 }), only: 'update' },
  logo_uri: {
    schema: text('The URL of the client logo (recommended size: 150x150)', { format: 'absolute-uri-or-empty' }),
  },
  callbacks: urls('A set of URLs that are valid to call back from Auth0 when authenticating users', 'callback-url'),
  allowed_logout_urls: urls('URLs that are valid to redirect to after logout from Auth0', 'logout-url'),
  web_origins: urls(
    'A set of URLs that represents valid web origins for use with web message response mode',
    'origin-url',
  ),
  allowed_origins: urls('A set of URLs that represents valid origins for CORS', 'origin-url'),
  client_aliases: { schema: list('List of audiences for SAML protocol', text(undefined, { min: 1 })) },
  allowed_clients: { schema: list('Ids of clients that will be allowed to perform delegation requests.', text()) },
  grant_types: {
    schema: list('A set of grant types that the client is authorized to use.', text(undefined, { min: 1 })),
  },
  // recorded: null to the deprecated name removes both; `oidc_backchannel_logout` mirrors the URLs (see write.ts).
  oidc_logout: { schema: oidcLogout, nulls: 'update' },
  oidc_backchannel_logout: { schema: oidcLogout, nulls: 'update' },
  // recorded: merged and filled; {delegation: null} on a client without the member creates it with its defaults.
  session_transfer: {
    schema: sessionTransfer,
    nulls: 'both',
    fill: fills.sessionTransfer,
  },
  // recorded: {alg} on PATCH keeps the lifetime; {alg} on POST gets no lifetime, but secret_encoded.
  jwt_configuration: {
    schema: jwtConfiguration,
    fill: fills.jwt,
  },
  encryption_key: {
    schema: encryptionKey,
    nulls: 'both',
  },
  sso: {
    schema: flag(
      'Applies only to SSO clients and determines whether Auth0 will handle Single Sign On (true) or whether the Identity Provider will (false).',
    ),
  },
  sso_disabled: {
    schema: flag(
      '<code>true</code> to disable Single Sign On, <code>false</code> otherwise (default: <code>false</code>)',
    ),
  },
  cross_origin_authentication: {
    schema: flag('<code>true</code> if this client can be used to make cross-origin authentication requests'),
  },
  cross_origin_auth: { schema: flag('Deprecated name of cross_origin_authentication') },
  cross_origin_loc: {
    schema: text('URL for the location in your site where the cross origin verification takes place', {
      format: 'absolute-uri-or-empty',
    }),
    nulls: 'update',
  },
  custom_login_page_on: {
    schema: flag('<code>true</code> if the custom login page is to be used, <code>false</code> otherwise.'),
  },
  custom_login_page: { schema: text('The content (HTML, CSS, JS) of the custom login page') },
  custom_login_page_preview: { schema: text() },
  form_template: { schema: text('HTML form template to be used for WS-Federation.') },
  token_endpoint_auth_method: {
    schema: choice(
      ['none', 'client_secret_post', 'client_secret_basic'],
      'Defines the requested authentication method for the token endpoint.',
    ),
    nulls: 'update',
  },
  is_token_endpoint_ip_header_trusted: { schema: flag() },
  app_type: { schema: choice(appTypes, 'The type of application this client represents') },
  is_first_party: { schema: flag('Whether this client a first party client or not') },
  oidc_conformant: { schema: flag('Whether this client will conform to strict OIDC specifications') },
  // The provider clears with null before each new addon (recorded ×24): a sign that PATCH merges.
  addons: { schema: addons, nulls: 'update' },
  client_metadata: { schema: metadata(false), update: metadata(true) },
  // recorded: {android} leaves ios as it was; a part is taken as sent.
  mobile: { schema: mobile },
  // recorded: the empty string removes it.
  initiate_login_uri: {
    schema: text('Initiate login uri, must be https', { format: 'absolute-https-uri-with-placeholders-or-empty' }),
    emptyRemoves: true,
  },
  native_social_login: {
    schema: social(['apple', 'facebook', 'google'], 'enabled', false),
    update: social(['apple', 'facebook', 'google'], 'enabled', true),
    nulls: 'update',
  },
  fedcm_login: {
    schema: social(['google'], 'is_enabled', false),
    update: social(['google'], 'is_enabled', true),
    nulls: 'update',
  },
  // The required members make every PATCH name the policy; what it leaves out stays.
  refresh_token: {
    schema: refreshToken,
    nulls: 'both',
    fill: fills.refreshToken,
  },
  // recorded: one of the two members alone is a 400 (the bodies' lengths fit this description).
  default_organization: {
    schema: {
      type: 'object',
      about: 'Defines the default Organization ID and flows',
      members: {
        organization_id: text(undefined, { min: 1 }),
        flows: list('The default Organization usage', choice(['client_credentials'])),
      },
      required: ['organization_id', 'flows'],
    },
    nulls: 'both',
  },
  organization_usage: {
    schema: choice(
      ['deny', 'allow', 'require'],
      'Defines how to proceed during an authentication transaction with regards an organization.',
    ),
    nulls: 'update',
  },
  organization_require_behavior: {
    schema: choice(['no_prompt', 'pre_login_prompt', 'post_login_prompt']),
    nulls: 'update',
  },
  organization_discovery_methods: {
    schema: { type: 'array', of: choice(['email', 'organization_name']), min: 1, unique: true },
    nulls: 'update',
  },
  // A client has one method: the one sent takes the place of another.
  client_authentication_methods: {
    schema: authenticationMethods('create'),
    update: authenticationMethods('update'),
    nulls: 'update',
    replaced: true,
  },
  require_pushed_authorization_requests: {
    schema: flag('Makes the use of Pushed Authorization Requests mandatory for this client'),
  },
  require_proof_of_possession: { schema: flag('Makes the use of Proof-of-Possession mandatory for this client') },
  // recorded: null is accepted for both, though the schema does not say so; {required} keeps the credentials.
  signed_request_object: { schema: signedRequest('create'), update: signedRequest('update'), nulls: 'update' },
  token_vault_privileged_access: {
    schema: privilegedGrants('create'),
    update: privilegedGrants('update'),
    nulls: 'update',
  },
  compliance_level: {
    schema: choice(['none', 'fapi1_adv_pkj_par', 'fapi1_adv_mtls_par', 'fapi2_sp_pkj_mtls', 'fapi2_sp_mtls_mtls']),
    nulls: 'both',
  },
  skip_non_verifiable_callback_uri_confirmation_prompt: { schema: flag(), nulls: 'update' },
  token_exchange: {
    schema: {
      type: 'object',
      members: {
        allow_any_profile_of_type: {
          type: 'array',
          of: choice(['custom_authentication', 'on_behalf_of_token_exchange']),
          unique: true,
        },
      },
    },
    nulls: 'update',
  },
  par_request_expiry: { schema: { type: 'integer', min: 10, max: 600 }, nulls: 'both' },
  // "enforce" has a default in the API's schema.
  token_quota: {
    schema: tokenQuota,
    nulls: 'update',
    fill: fills.tokenQuota,
  },
  express_configuration: { schema: expressConfiguration, nulls: 'update' },
  b2b_integration_configuration: {
    schema: { type: 'object', members: { sso_profiles: list('', text()), integration_type: text() } },
  },
  my_organization_configuration: { schema: myOrganization, nulls: 'update' },
  async_approval_notification_channels: {
    schema: { type: 'array', of: choice(['guardian-push', 'email']), min: 1, unique: true },
    nulls: 'update',
  },
  third_party_security_mode: { schema: choice(['strict', 'permissive']) },
  redirection_policy: { schema: choice(['allow_always', 'open_redirect_protection']) },
  identity_assertion_authorization_grant: { schema: active, nulls: 'update' },
  anonymous_sessions: { schema: active, nulls: 'update' },
  resource_server_identifier: { schema: text(undefined, { min: 1 }), only: 'create' },
}
