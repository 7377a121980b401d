import { effective } from './desired.ts'
import { recordOf, textOf, textsOf } from '../shape.ts'
import type { ClientState } from '../vocabulary.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/** How a client authenticates with Auth0, in the contract's words. */
const clientAuthMethods = {
  none: 'None',
  client_secret_post: 'ClientSecretPost',
  client_secret_basic: 'ClientSecretBasic',
} as const
type ClientAuthMethod = (typeof clientAuthMethods)[keyof typeof clientAuthMethods]

type Texts = readonly string[] | null

/** The whole client, as the contract's 200: always these members, in this order. */
export interface ClientView {
  readonly id: string
  readonly name: string | null
  readonly type: string | null
  readonly mobile: {
    readonly ios: { readonly team_id: string | null; readonly app_bundle_identifier: string | null }
    readonly android: { readonly keystore_hash: string | null; readonly app_package_name: string | null }
  }
  readonly owners: Texts
  readonly secret: string | null
  readonly logoUrl: string | null
  readonly grantTypes: Texts
  readonly productName: string | null
  readonly callbackUrls: Texts
  readonly client_upn_key: string | null
  readonly applicationName: string | null
  readonly manuallyCreated: boolean
  readonly clientAuthMethod?: ClientAuthMethod
  readonly allowedLogoutUrls: Texts
  readonly allowedWebOrigins: Texts
  readonly idTokenExpiration: number | null
  readonly allowedCorsOrigins: Texts
  readonly refreshTokenReuseInterval: number | null
  readonly refreshTokenAbsoluteLifetime: number | null
  readonly isRefreshTokenRotationEnabled: boolean | null
  readonly allowCrossOriginAuthentication: boolean | null
  readonly refreshTokenInactivityLifetime: number | null
  readonly isRefreshTokenAbsoluteExpirationEnabled: boolean | null
  readonly isRefreshTokenInactivityLifetimeEnabled: boolean | null
}

const asNumber = (raw: unknown): number | null => (typeof raw === 'number' && Number.isInteger(raw) ? raw : null)
const asFlag = (raw: unknown): boolean | null => (typeof raw === 'boolean' ? raw : null)
const negated = (raw: unknown): boolean | null => (typeof raw === 'boolean' ? !raw : null)
const isMethod = (raw: unknown): raw is keyof typeof clientAuthMethods =>
  typeof raw === 'string' && Object.hasOwn(clientAuthMethods, raw)

/**
 * Desired over observed, in the shape of the contract.
 *
 * @param managed whether the client stands in a Terraform state that Nexus holds
 */
export const viewOf = (
  state: Pick<ClientState, 'key' | 'observed' | 'base' | 'pending'>,
  managed: boolean,
  keys: MetadataKeys,
): ClientView => {
  const { observed } = state
  const value = effective(state, keys)
  const refresh = recordOf(observed['refresh_token'])
  const method = observed['token_endpoint_auth_method']
  return {
    id: state.key.clientId,
    name: textOf(observed['name']),
    type: textOf(observed['app_type']),
    mobile: {
      ios: {
        team_id: textOf(value['mobile.ios.team_id']),
        app_bundle_identifier: textOf(value['mobile.ios.app_bundle_identifier']),
      },
      android: {
        keystore_hash: textOf(value['mobile.android.keystore_hash']),
        app_package_name: textOf(value['mobile.android.app_package_name']),
      },
    },
    owners: textsOf(value.owners),
    secret: null,
    logoUrl: textOf(observed['logo_uri']),
    grantTypes: textsOf(observed['grant_types']),
    productName: textOf(value.productName),
    callbackUrls: textsOf(value.callbackUrls),
    client_upn_key: textOf(value.client_upn_key),
    applicationName: textOf(value.applicationName),
    manuallyCreated: !managed,
    ...(isMethod(method) ? { clientAuthMethod: clientAuthMethods[method] } : {}),
    allowedLogoutUrls: textsOf(value.allowedLogoutUrls),
    allowedWebOrigins: textsOf(value.allowedWebOrigins),
    idTokenExpiration: asNumber(recordOf(observed['jwt_configuration'])['lifetime_in_seconds']),
    allowedCorsOrigins: textsOf(value.allowedCorsOrigins),
    refreshTokenReuseInterval: asNumber(refresh['leeway']),
    refreshTokenAbsoluteLifetime: asNumber(refresh['token_lifetime']),
    isRefreshTokenRotationEnabled:
      typeof refresh['rotation_type'] === 'string' ? refresh['rotation_type'] === 'rotating' : null,
    allowCrossOriginAuthentication: asFlag(observed['cross_origin_authentication']),
    refreshTokenInactivityLifetime: asNumber(refresh['idle_token_lifetime']),
    isRefreshTokenAbsoluteExpirationEnabled: negated(refresh['infinite_token_lifetime']),
    isRefreshTokenInactivityLifetimeEnabled: negated(refresh['infinite_idle_token_lifetime']),
  }
}
