import type { Call, Route } from '../http/route.ts'
import { challengeMethods } from './authorization.ts'

// As a tenant of Auth0 lists them.
const scopes = [
  'openid',
  'profile',
  'offline_access',
  'name',
  'given_name',
  'family_name',
  'nickname',
  'email',
  'email_verified',
  'picture',
  'created_at',
  'identities',
  'phone',
  'address',
]

/** What an application finds out about the tenant. @param namesIssuer whether answers of /authorize name the issuer */
export const discoveryRoute = (grants: readonly string[], namesIssuer: boolean): Route => ({
  method: 'GET',
  path: '/.well-known/openid-configuration',
  handle: ({ origin }: Call) => ({
    status: 200,
    body: {
      issuer: `${origin}/`,
      token_endpoint: `${origin}/oauth/token`,
      jwks_uri: `${origin}/.well-known/jwks.json`,
      authorization_endpoint: `${origin}/authorize`,
      revocation_endpoint: `${origin}/oauth/revoke`,
      end_session_endpoint: `${origin}/oidc/logout`,
      response_types_supported: ['code', 'token', 'id_token'],
      response_modes_supported: ['query'],
      grant_types_supported: [...grants],
      scopes_supported: scopes,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      code_challenge_methods_supported: Object.keys(challengeMethods),
      ...(namesIssuer ? { authorization_response_iss_parameter_supported: true } : {}),
    },
  }),
})
