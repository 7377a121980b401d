import { z } from 'zod'
import { measured } from './texts/lengths.ts'
import { printable } from './texts/printable.ts'

/** Words of the field, as types. Everything here is data: no I/O, no clock, no SDK. */

const tenantIdRule = 'a tenant id is lower case letters, digits and dashes, at most 63 characters'
const clientIdRule = 'a client id is 1 to 255 characters that can be seen, and neither "." nor ".."'
const stateNameRule = 'the name of a state is letters, digits, dots, dashes and underscores, at most 128 characters'

/** One Auth0 tenant that Nexus looks after. */
export const TenantId = measured('tenantId', tenantIdRule).regex(/^[a-z0-9][a-z0-9-]*$/, tenantIdRule)

/** A text that is whatever its encoding one segment of a path: a server takes `%2E%2E` for the folder above. */
const isSegment = (text: string): boolean => text !== '' && text !== '.' && text !== '..'

/**
 * One Auth0 application. A tenant can choose its ids, and of what letters is not published: all are taken that a person can
 * see and a path can hold, encoded.
 */
export const ClientId = measured('clientId', clientIdRule).refine(
  (text) => isSegment(text) && printable(text) === text,
  clientIdRule,
)

/** One Terraform state of a tenant. */
export const StateName = measured('stateName', stateNameRule).regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, stateNameRule)

export interface ClientKey {
  readonly tenantId: string
  readonly clientId: string
}

export const permissions = [
  'client.read',
  'client.read.all',
  'client.write',
  'client.write.all',
  'client.secret.read',
  'terraform.adopt',
  'terraform.read',
  'terraform.state',
  'terraform.state.force-unlock',
  'tenant.admin',
] as const
export type Permission = (typeof permissions)[number]
export const Permission = z.enum(permissions)

/** Who asks. Permissions, roles and products hold on `tenants` only; `'*'` is every tenant of the configuration. */
export interface Caller {
  readonly kind: 'user' | 'service-account'
  /** The user id of the token, or the service account's name. */
  readonly id: string
  /** The calling application, by its token's name; null for a service account. */
  readonly application: string | null
  readonly tenants: readonly string[] | '*'
  readonly permissions: ReadonlySet<Permission>
  readonly roles: readonly string[]
  /** Products whose clients the caller may change, the application's narrowing already applied. */
  readonly products: readonly string[]
  /** The Terraform states that the permissions on states are good for; `'*'` is every state of the tenants. */
  readonly terraformStates: readonly string[] | '*'
}

/** Who made a change: ids only. */
export interface Author {
  readonly kind: Caller['kind'] | 'policy'
  readonly id: string
  readonly application: string | null
}

/** The fields that an owner can change, each one the unit of ownership, of drift and of a refusal. */
export const fieldPaths = [
  'mobile.ios.team_id',
  'mobile.ios.app_bundle_identifier',
  'mobile.android.keystore_hash',
  'mobile.android.app_package_name',
  'owners',
  'productName',
  'callbackUrls',
  'client_upn_key',
  'applicationName',
  'allowedLogoutUrls',
  'allowedWebOrigins',
  'allowedCorsOrigins',
] as const
export type FieldPath = (typeof fieldPaths)[number]

/** A field's value in Nexus' own form: a list, a text, or null where there is none. A cleared list is `[]`. */
export type Value = readonly string[] | string | null

/** Values by field. A field that is absent here is left as it is: absence never clears. */
export type Values = { readonly [F in FieldPath]?: Value }

const Value: z.ZodType<Value> = z.union([z.array(z.string()), z.string(), z.null()])

/** `Values` as it comes from the database, where fields of another version of Nexus stay as they are. */
export const Values: z.ZodType<Values> = z.looseObject(
  Object.fromEntries(fieldPaths.map((path) => [path, Value.optional()])),
)

/** The paths that `values` names, in the order of `fieldPaths`. */
export const pathsOf = (values: Values): FieldPath[] => fieldPaths.filter((path) => values[path] !== undefined)

/** Something for each field. */
export const eachField = <T>(make: (path: FieldPath) => T): Readonly<Record<FieldPath, T>> => {
  const all: { [F in FieldPath]?: T } = {}
  for (const path of fieldPaths) all[path] = make(path)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are all here now
  return all as Record<FieldPath, T>
}

/** The values of `paths` only. */
export const pick = (values: Values, paths: readonly FieldPath[]): Values =>
  Object.fromEntries(paths.flatMap((path) => (values[path] === undefined ? [] : [[path, values[path]]])))

/** `values` without `paths`. */
export const omit = (values: Values, paths: readonly FieldPath[]): Values =>
  pick(
    values,
    pathsOf(values).filter((path) => !paths.includes(path)),
  )

/**
 * A client as Auth0 answers it, secrets stripped. Open on purpose: Auth0 adds members, and what Nexus does not know it
 * must not lose. What Nexus reads of it goes through `field-values.ts` and `view.ts`.
 */
export type Auth0Client = Readonly<Record<string, unknown>>

/** What stands between a change and its end. */
export type ChangeStatus = 'accepted' | 'applied' | 'rejected' | 'withdrawn'

/** A change as the reconciler sees it: which values, and its place in the order of acceptance. */
export interface PendingChange {
  readonly id: string
  readonly generation: number
  readonly values: Values
  /** The span that accepted it, as W3C Trace Context writes it; null or left out where no traces were kept. */
  readonly traceparent?: string | null | undefined
}

/** What Nexus knows of one client: the row that is locked, read and settled. */
export interface ClientState {
  readonly key: ClientKey
  /** What Auth0 last said; null only before the first answer. */
  readonly observed: Auth0Client
  readonly observedAt: Date
  /** Confirmed values of the owned fields. */
  readonly base: Values
  /** Accepted and not settled, oldest first. */
  readonly pending: readonly PendingChange[]
  readonly generation: number
  readonly settledGeneration: number
}
