import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import { mayAsk, mayDo } from '../domain/authorize.ts'
import type { Verb } from '../domain/authorize.ts'
import type { Caller, Permission } from '../domain/vocabulary.ts'
import { ClientId, TenantId } from '../domain/vocabulary.ts'
import type { Ask } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { forbidden, notFound } from './problem.ts'

/**
 * Who asks, let in as far as can be told without looking anything up.
 *
 * @throws Unauthenticated, IssuerUnavailable; Problem 403 for a caller whom no client of the tenant could let in, 404
 *   for what cannot be a tenant's id
 */
export const admit = async (deps: Pick<ApiDeps, 'authenticate'>, ask: Ask, verb: Verb): Promise<Caller> => {
  const caller = await deps.authenticate(ask.headers)
  const tenantId = ask.params['tenantId'] ?? ''
  if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
  const door = mayAsk(caller, verb, tenantId)
  if (!door.allowed) throw forbidden(door.detail)
  return caller
}

/**
 * Who asks for what needs one permission on the tenant.
 *
 * @throws as `admit`
 */
export const admitTo = async (
  deps: Pick<ApiDeps, 'authenticate'>,
  ask: Ask,
  permission: Permission,
): Promise<Caller> => {
  const caller = await deps.authenticate(ask.headers)
  const tenantId = ask.params['tenantId'] ?? ''
  if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
  const door = mayDo(caller, permission, tenantId)
  if (!door.allowed) throw forbidden(door.detail)
  return caller
}

/** @throws Problem 404 */
export const tenantOf = (deps: Pick<ApiDeps, 'tenants'>, ask: Ask): TenantConfiguration => {
  const tenant = deps.tenants.get(ask.params['tenantId'] ?? '')
  if (tenant === undefined) throw notFound('There is no such tenant.')
  return tenant
}

/** A client's id as it may be asked of Auth0. @throws Problem 404 */
export const clientIdOf = (ask: Ask): string => {
  const id = ClientId.safeParse(ask.params['clientId'])
  if (!id.success) throw noSuchClient()
  return id.data
}

export const noSuchClient = () => notFound('There is no such client in this tenant.')
