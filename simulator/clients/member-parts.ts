import type { Schema } from './schema.ts'

// The schemas of the members that are objects, after the API's published schema.

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const choice = (...values: string[]): Schema => ({ type: 'string', values })
const object = (
  members: Record<string, Schema>,
  more: { required?: string[]; open?: boolean; atLeast?: number } = {},
): Schema => ({ type: 'object', members, ...more })

export const clientName: Schema = {
  type: 'string',
  min: 1,
  pattern: /^[^<>]+$/,
  about: "The name of the client. Must contain at least one character. Does not allow '<' or '>'.",
}

// prettier-ignore
export const appTypes = [
  'native', 'spa', 'regular_web', 'non_interactive', 'resource_server', 'express_configuration', 'rms', 'box',
  'cloudbees', 'concur', 'dropbox', 'mscrm', 'echosign', 'egnyte', 'newrelic', 'office365', 'salesforce', 'sentry',
  'sharepoint', 'slack', 'springcm', 'zendesk', 'zoom', 'sso_integration', 'oag',
]

/** PATCH takes null for a key, to remove it. */
export const metadata = (nullable: boolean): Schema => ({
  type: 'map',
  of: { type: 'string', max: 255, nullable },
  keyMax: 255,
  // PATCH names keys to remove as well; the limit of 10 holds for what results.
  max: nullable ? 20 : 10,
  about:
    'Metadata associated with the client, in the form of an object with string values (max 255 chars). Maximum of 10 metadata properties allowed.',
})

/** How many tokens an application may ask for. */
export const tokenQuota: Schema = object(
  {
    client_credentials: object(
      { enforce: flag, per_day: { type: 'integer', min: 1 }, per_hour: { type: 'integer', min: 1 } },
      { atLeast: 1 },
    ),
  },
  { required: ['client_credentials'] },
)

export const active = object({ active: flag }, { required: ['active'] })

export const jwtConfiguration: Schema = {
  ...object(
    {
      lifetime_in_seconds: { type: 'integer', min: 1, max: 2592000 },
      secret_encoded: flag,
      scopes: object({}, { open: true }),
      alg: choice('HS256', 'RS256', 'RS512', 'PS256'),
    },
    { open: true },
  ),
  about: 'An object that holds settings related to how JWTs are created',
}

export const encryptionKey: Schema = {
  ...object({ pub: text, cert: text, subject: text }, { open: true }),
  about: "The client's encryption key",
}

export const oidcLogout = object(
  {
    backchannel_logout_urls: {
      type: 'array',
      of: { type: 'string', format: 'absolute-https-uri-with-placeholders-or-empty' },
      about:
        'Comma-separated list of URLs that are valid to call back from Auth0 for OIDC backchannel logout. Currently only one URL is allowed.',
    },
    backchannel_logout_initiators: object(
      {
        mode: choice('custom', 'all'),
        selected_initiators: {
          type: 'array',
          of: choice(
            'rp-logout',
            'idp-logout',
            'password-changed',
            'session-expired',
            'session-revoked',
            'account-deleted',
            'email-identifier-changed',
            'mfa-phone-unenrolled',
            'account-deactivated',
          ),
        },
      },
      { open: true },
    ),
    backchannel_logout_session_metadata: { ...object({ include: flag }, { open: true }), nullable: true },
  },
  { open: true },
)

export const sessionTransfer = object({
  can_create_session_transfer_token: flag,
  enforce_cascade_revocation: flag,
  allowed_authentication_methods: { type: 'array', of: choice('cookie', 'query'), nullable: true },
  enforce_device_binding: choice('ip', 'asn', 'none'),
  allow_refresh_token: flag,
  enforce_online_refresh_tokens: flag,
  delegation: {
    ...object({ allow_delegated_access: flag, enforce_device_binding: choice('ip', 'asn') }),
    nullable: true,
  },
})

const lifetime: Schema = { type: 'integer', min: 1, max: 157788000 }

export const refreshToken: Schema = {
  ...object(
    {
      rotation_type: choice('rotating', 'non-rotating'),
      expiration_type: choice('expiring', 'non-expiring'),
      leeway: { type: 'integer', min: 0 },
      token_lifetime: lifetime,
      infinite_token_lifetime: flag,
      idle_token_lifetime: lifetime,
      infinite_idle_token_lifetime: flag,
      policies: {
        type: 'array',
        of: object(
          { audience: text, scope: { type: 'array', of: text, unique: true } },
          { required: ['audience', 'scope'] },
        ),
        nullable: true,
      },
    },
    { required: ['rotation_type', 'expiration_type'] },
  ),
  about: 'Refresh token configuration',
}

export const mobile: Schema = {
  ...object(
    {
      android: object(
        { app_package_name: text, sha256_cert_fingerprints: { type: 'array', of: text, min: 1 } },
        { open: true },
      ),
      ios: object({ team_id: text, app_bundle_identifier: text }, { open: true }),
    },
    { open: true },
  ),
  about: 'Additional configuration for native mobile apps.',
}

/** The social logins: each a provider with one switch; PATCH takes null to remove a provider. */
export const social = (providers: string[], member: string, nullable: boolean): Schema =>
  object(Object.fromEntries(providers.map((provider) => [provider, { ...object({ [member]: flag }), nullable }])))

// Each addon is open; the three with required members say so.
const required: Record<string, string[]> = {
  layer: ['providerId', 'keyId', 'privateKey'],
  mscrm: ['url'],
  rms: ['url'],
  slack: ['team'],
}

// prettier-ignore
const addonNames = [
  'aws', 'azure_blob', 'azure_sb', 'rms', 'mscrm', 'slack', 'sentry', 'box', 'cloudbees', 'concur', 'dropbox', 'echosign',
  'egnyte', 'firebase', 'newrelic', 'office365', 'salesforce', 'salesforce_api', 'salesforce_sandbox_api', 'samlp', 'layer',
  'sap_api', 'sharepoint', 'springcm', 'wams', 'wsfed', 'zendesk', 'zoom', 'sso_integration', 'oag',
]

export const addons: Schema = {
  ...object(
    Object.fromEntries(
      addonNames.map((name) => [
        name,
        { ...object({}, { open: true, required: required[name] ?? [] }), nullable: true },
      ]),
    ),
  ),
  about: 'Addons enabled for this client and their associated configurations.',
}

export const credential = object(
  {
    credential_type: choice('public_key', 'cert_subject_dn', 'x509_cert'),
    name: { type: 'string', max: 128 },
    subject_dn: { type: 'string', min: 1, max: 256 },
    pem: { type: 'string', min: 1 },
    alg: choice('RS256', 'RS384', 'PS256'),
    parse_expiry_from_cert: flag,
    expires_at: { type: 'string', format: 'date-time' },
    kid: { type: 'string', pattern: /^[0-9a-zA-Z-_]{10,64}$/ },
  },
  { required: ['credential_type'] },
)

/** POST takes whole credentials, PATCH the ids of those that exist. */
const credentialIds = (operation: 'create' | 'update'): Schema => ({
  type: 'array',
  of: operation === 'create' ? credential : object({ id: text }, { required: ['id'] }),
})

export const authenticationMethods = (operation: 'create' | 'update'): Schema => {
  const method = object({ credentials: credentialIds(operation) }, { required: ['credentials'] })
  return {
    ...object({ private_key_jwt: method, tls_client_auth: method, self_signed_tls_client_auth: method }),
    about: 'Defines client authentication methods.',
  }
}

export const privilegedGrants = (operation: 'create' | 'update'): Schema =>
  object(
    {
      credentials: credentialIds(operation),
      ip_allowlist: { type: 'array', of: text },
      grants: {
        type: 'array',
        of: object({ connection: text, scopes: { type: 'array', of: text } }, { required: ['connection', 'scopes'] }),
      },
    },
    { required: ['credentials'] },
  )

export const signedRequest = (operation: 'create' | 'update'): Schema =>
  object({ required: flag, credentials: credentialIds(operation) })

export const expressConfiguration = object(
  {
    initiate_login_uri_template: text,
    user_attribute_profile_id: text,
    connection_profile_id: text,
    enable_client: flag,
    enable_organization: flag,
    linked_clients: { type: 'array', of: object({ client_id: text }, { required: ['client_id'] }) },
    okta_oin_client_id: text,
    admin_login_domain: text,
    oin_submission_id: text,
  },
  {
    required: [
      'initiate_login_uri_template',
      'user_attribute_profile_id',
      'connection_profile_id',
      'enable_client',
      'enable_organization',
      'okta_oin_client_id',
      'admin_login_domain',
    ],
  },
)

export const myOrganization = object(
  {
    connection_profile_id: text,
    user_attribute_profile_id: text,
    allowed_strategies: {
      type: 'array',
      of: choice('pingfederate', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp'),
      unique: true,
    },
    third_party_client_access: object(
      { default_value: choice('block'), allowed_values: { type: 'array', of: choice('allow', 'block'), unique: true } },
      { required: ['default_value', 'allowed_values'] },
    ),
    connection_deletion_behavior: choice('allow', 'allow_if_empty'),
    invitation_landing_client_id: text,
  },
  { required: ['allowed_strategies', 'connection_deletion_behavior'] },
)
