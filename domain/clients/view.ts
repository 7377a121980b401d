import { effective } from './desired.ts'
import { recordOf, textOf, textsOf } from '../shape.ts'
import type { ClientState } from '../vocabulary.ts'
import { fieldPaths } from '../vocabulary.ts'
import { nesting } from './nest.ts'
import type { FieldMember } from './nest.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/** How a client authenticates with Auth0, in the contract's words. */
const clientAuthMethods = {
  none: 'None',
  client_secret_post: 'ClientSecretPost',
  client_secret_basic: 'ClientSecretBasic',
} as const
type ClientAuthMethod = (typeof clientAuthMethods)[keyof typeof clientAuthMethods]

/** The members that are no fields: Auth0 or Nexus alone decides them. */
type OtherMembers = {
  readonly id: string
  readonly name: string | null
  readonly type: string | null
  readonly secret: string | null
  readonly logoUrl: string | null
  readonly grantTypes: readonly string[] | null
  readonly manuallyCreated: boolean
  readonly clientAuthMethod?: ClientAuthMethod
  readonly idTokenExpiration: number | null
  readonly refreshTokenReuseInterval: number | null
  readonly refreshTokenAbsoluteLifetime: number | null
  readonly isRefreshTokenRotationEnabled: boolean | null
  readonly allowCrossOriginAuthentication: boolean | null
  readonly refreshTokenInactivityLifetime: number | null
  readonly isRefreshTokenAbsoluteExpirationEnabled: boolean | null
  readonly isRefreshTokenInactivityLifetimeEnabled: boolean | null
}
export type OtherMember = keyof OtherMembers

/** The whole client, as the contract's 200: always these members. */
export type ClientView = OtherMembers & Readonly<Record<FieldMember, unknown>>

/** The order of the contract. A field that came later stands behind them, so that old answers keep their beginning. */
const order = [
  'id',
  'name',
  'type',
  'mobile',
  'owners',
  'secret',
  'logoUrl',
  'grantTypes',
  'productName',
  'callbackUrls',
  'client_upn_key',
  'applicationName',
  'manuallyCreated',
  'clientAuthMethod',
  'allowedLogoutUrls',
  'allowedWebOrigins',
  'idTokenExpiration',
  'allowedCorsOrigins',
  'refreshTokenReuseInterval',
  'refreshTokenAbsoluteLifetime',
  'isRefreshTokenRotationEnabled',
  'allowCrossOriginAuthentication',
  'refreshTokenInactivityLifetime',
  'isRefreshTokenAbsoluteExpirationEnabled',
  'isRefreshTokenInactivityLifetimeEnabled',
] as const satisfies readonly (keyof ClientView)[]

/** Names in their order, for members to come: a name keeps the place where it stood first. */
const placesOf = (names: readonly string[]): Readonly<Record<string, undefined>> =>
  Object.fromEntries(names.map((name) => [name, undefined]))

/** Made once: every read puts a client in order. */
const places = placesOf(order)
const placesWithoutMethod = placesOf(order.filter((name) => name !== 'clientAuthMethod'))

/** The members of a whole client, or what stands for each, in the order of the contract. */
export const inOrder = <Members extends object>(members: Members): Members => ({
  ...('clientAuthMethod' in members ? places : placesWithoutMethod),
  ...members,
})

const nested = nesting(fieldPaths)

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
  const value = effective(state, keys)
  return inOrder({ ...nested((path) => value[path]), ...otherMembers(state, managed) })
}

const otherMembers = ({ key, observed }: Pick<ClientState, 'key' | 'observed'>, managed: boolean): OtherMembers => {
  const refresh = recordOf(observed['refresh_token'])
  const method = observed['token_endpoint_auth_method']
  return {
    id: key.clientId,
    name: textOf(observed['name']),
    type: textOf(observed['app_type']),
    secret: null,
    logoUrl: textOf(observed['logo_uri']),
    grantTypes: textsOf(observed['grant_types']),
    manuallyCreated: !managed,
    ...(isMethod(method) ? { clientAuthMethod: clientAuthMethods[method] } : {}),
    idTokenExpiration: asNumber(recordOf(observed['jwt_configuration'])['lifetime_in_seconds']),
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
