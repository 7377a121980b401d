import type { IncomingHttpHeaders } from 'node:http'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { StateKey } from '../../adapters/postgres/terraform/state-rows.ts'
import { couldReachAny, hasPermission } from '../../domain/access/authorize.ts'
import type { Verb } from '../../domain/access/authorize.ts'
import { ClientId, StateName, TenantId } from '../../domain/vocabulary.ts'
import type { Caller, Permission } from '../../domain/vocabulary.ts'
import type { ApiRequest } from './request.ts'
import { forbidden, notFound, tooMany } from './problem.ts'

/** What tells who asks, and whether they ask too often. */
export interface Identifying {
  /**
   * Who asks, from the request's headers.
   *
   * @param address where they came from
   * @param tenantId the tenant that is asked about, if it is one: it says what the caller is called
   * @throws Unauthenticated with the challenges to answer, TooManyAttempts, AuthenticationUnavailable when nobody can tell
   *   now
   */
  readonly authenticate: (
    headers: IncomingHttpHeaders,
    address: string | null,
    tenantId: string | null,
  ) => Promise<Caller>
  /** Counts a request of a caller. @returns how long they have to wait, in milliseconds; 0 where they need not */
  readonly rate: (caller: Pick<Caller, 'kind' | 'id'>, tenantId: string | null) => number
}

export interface TenantsById {
  /** The tenants of the configuration, by id. */
  readonly tenants: ReadonlyMap<string, TenantConfiguration>
}

/** What every request needs that is about a tenant. */
export type Admitting = Identifying & TenantsById

/**
 * Who asks. The record of the request says so from now on.
 *
 * @throws Unauthenticated, IssuerUnavailable; Problem 429 for a caller who is too fast
 */
export const identify = async (deps: Identifying, request: ApiRequest): Promise<Caller> => {
  const caller = await deps.authenticate(
    request.headers,
    request.audit.facts().address,
    request.params['tenantId'] ?? null,
  )
  request.audit.note({ actor: { kind: caller.kind, id: caller.id, application: caller.application } })
  const waitMs = deps.rate(caller, request.params['tenantId'] ?? null)
  if (waitMs > 0) throw tooMany('This caller sends too many requests. Wait as long as Retry-After says.', waitMs)
  return caller
}

/**
 * Who asks, let in as far as can be told without looking anything up.
 *
 * @throws Unauthenticated, IssuerUnavailable; Problem 403 for a caller whom no client of the tenant could let in, 404
 *   for what cannot be a tenant's id
 */
export const requireClientPermission = async (deps: Identifying, request: ApiRequest, verb: Verb): Promise<Caller> => {
  const caller = await identify(deps, request)
  const tenantId = request.params['tenantId'] ?? ''
  if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
  const door = couldReachAny(caller, verb, tenantId)
  if (!door.allowed) throw forbidden(door.detail, door.needs)
  return caller
}

/**
 * Who asks for what needs one of a few permissions on the tenant.
 *
 * @throws as `requireClientPermission`
 */
export const requireAnyPermission = async (
  deps: Identifying,
  request: ApiRequest,
  ...anyOf: readonly [Permission, ...Permission[]]
): Promise<Caller> => {
  const caller = await identify(deps, request)
  const tenantId = request.params['tenantId'] ?? ''
  if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
  const door = hasPermission(caller, anyOf, tenantId)
  if (!door.allowed) throw forbidden(door.detail, door.needs)
  return caller
}

/**
 * Who asks for a Terraform state: one of the permissions on the tenant, and credentials that are good for that state.
 *
 * @throws as `requireClientPermission`
 */
export const requireStateAccess = async (
  deps: Admitting,
  request: ApiRequest,
  ...anyOf: readonly [Permission, ...Permission[]]
): Promise<{ readonly caller: Caller; readonly tenant: TenantConfiguration; readonly key: StateKey }> => {
  const caller = await requireAnyPermission(deps, request, ...anyOf)
  const tenant = tenantOf(deps, request)
  const name = StateName.safeParse(request.params['state'])
  if (!name.success)
    throw notFound('The name of a state is letters, digits, dots, dashes and underscores, 128 at most.')
  if (!coversState(caller, name.data))
    throw forbidden(`The caller's credentials are not good for the state ${name.data}.`, 'state')
  return { caller, tenant, key: { tenantId: tenant.id, name: name.data } }
}

/** Whether a caller's credentials are good for a state, whatever they permit. */
export const coversState = ({ terraformStates }: Caller, state: string): boolean =>
  terraformStates === '*' || terraformStates.includes(state)

/** The permissions that let a caller see which states there are. */
const seeing = ['terraform.state', 'terraform.state.force-unlock', 'terraform.read'] as const

/** Whether a caller may know of a state: its name, who holds its lock, how many clients it has. */
export const maySeeState = (caller: Caller, state: string): boolean =>
  seeing.some((permission) => caller.permissions.has(permission)) && coversState(caller, state)

/** Who waits where a request has to read Auth0: readings on the way to a change are not held up by the caller's others. */
export const askerOf = ({ kind, id }: Caller, verb: Verb, signal: AbortSignal): Asker => ({
  name: `${verb} ${kind} ${id}`,
  signal,
})

/** @throws Problem 403 where a caller who was let in lacks the one permission that counts */
export const requirePermission = (caller: Caller, permission: Permission): void => {
  if (!caller.permissions.has(permission))
    throw forbidden(`This needs the permission ${permission} on the tenant.`, permission)
}

/** @throws Problem 404 */
export const tenantOf = (deps: TenantsById, request: ApiRequest): TenantConfiguration => {
  const tenant = deps.tenants.get(request.params['tenantId'] ?? '')
  if (tenant === undefined) throw notFound('There is no such tenant.')
  return tenant
}

/** A client's id as it may be asked of Auth0. @throws Problem 404 */
export const clientIdOf = (request: ApiRequest): string => {
  const id = ClientId.safeParse(request.params['clientId'])
  if (!id.success) throw noSuchClient()
  return id.data
}

export const noSuchClient = () => notFound('There is no such client in this tenant.')
