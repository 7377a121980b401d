import type { IncomingHttpHeaders } from 'node:http'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { Verb } from '../../domain/access/authorize.ts'
import { ClientId } from '../../domain/vocabulary.ts'
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
