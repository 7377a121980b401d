import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { StateKey } from '../../adapters/postgres/terraform/state-rows.ts'
import { couldReachAny, coversTenant, hasPermission } from '../../domain/access/authorize.ts'
import type { Decision, Verb } from '../../domain/access/authorize.ts'
import { isAdministrator } from '../../domain/access/grants.ts'
import { StateName, TenantId } from '../../domain/vocabulary.ts'
import type { Caller, Permission } from '../../domain/vocabulary.ts'
import { coversState, identify, tenantOf } from '../http/access.ts'
import type { Admitting, Identifying } from '../http/access.ts'
import { forbidden, notFound } from '../http/problem.ts'
import type { ApiRequest } from '../http/request.ts'

/**
 * What a route requires of whoever calls it. It is told once: the server checks it before the handler sees the request, and
 * the document says it.
 */
export interface Requirement<Admitted, Needs> {
  /** A sentence for the document; null where nobody has to say who they are. */
  readonly sentence: string | null
  /**
   * @throws Unauthenticated, IssuerUnavailable; Problem 403 for whoever is not let in, 404 for what cannot be the id of
   *   anything, 429 for a caller who is too fast
   */
  readonly admit: (deps: Needs, request: ApiRequest) => Promise<Admitted>
}

type AnyOf = readonly [Permission, ...Permission[]]

const either = new Intl.ListFormat('en', { type: 'disjunction' })

const requiring = (permissions: AnyOf): string =>
  `Requires the ${either.format(permissions.map((one) => `\`${one}\``))} permission`

/** For probes, and what anybody may read. */
export const nothing: Requirement<null, unknown> = { sentence: null, admit: () => Promise.resolve(null) }

/** Who asks about a tenant, if they are let in there. */
const admitOnTenant = async (
  deps: Identifying,
  request: ApiRequest,
  decide: (caller: Caller, tenantId: string) => Decision,
): Promise<Caller> => {
  const caller = await identify(deps, request)
  const tenantId = request.params['tenantId'] ?? ''
  if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
  const decision = decide(caller, tenantId)
  if (!decision.allowed) throw forbidden(decision.detail, decision.needs)
  return caller
}

/** A permission that could reach some client of the tenant: as far as can be told without looking anything up. */
export const clientPermission = (verb: Verb): Requirement<Caller, Identifying> => ({
  sentence:
    `${requiring([`client.${verb}`, `client.${verb}.all`])}. With \`client.${verb}\` alone, the client has to be one that ` +
    'the caller owns, or in their product scope.',
  admit: (deps, request) => admitOnTenant(deps, request, (caller, tenantId) => couldReachAny(caller, verb, tenantId)),
})

/** One of a few permissions on the tenant. */
export const anyPermissionOf = (...anyOf: AnyOf): Requirement<Caller, Identifying> => ({
  sentence: `${requiring(anyOf)} on the tenant.`,
  admit: (deps, request) => admitOnTenant(deps, request, (caller, tenantId) => hasPermission(caller, anyOf, tenantId)),
})

/** Who was let in to a Terraform state. */
export interface StateAccess {
  readonly caller: Caller
  readonly tenant: TenantConfiguration
  readonly key: StateKey
}

/** One of a few permissions on the tenant, by credentials that are good for the Terraform state. */
export const statePermission = (...anyOf: AnyOf): Requirement<StateAccess, Admitting> => ({
  sentence: `${requiring(anyOf)} on the tenant, and credentials that are good for the state.`,
  admit: async (deps, request) => {
    const caller = await anyPermissionOf(...anyOf).admit(deps, request)
    const tenant = tenantOf(deps, request)
    const name = StateName.safeParse(request.params['state'])
    if (!name.success)
      throw notFound('The name of a state is letters, digits, dots, dashes and underscores, 128 at most.')
    if (!coversState(caller, name.data))
      throw forbidden(`The caller's credentials are not good for the state ${name.data}.`, 'state')
    return { caller, tenant, key: { tenantId: tenant.id, name: name.data } }
  },
})

/** Any permission on the tenant, whichever. */
export const somePermission: Requirement<Caller, Identifying> = {
  sentence: 'Requires any permission on the tenant.',
  admit: (deps, request) =>
    admitOnTenant(deps, request, (caller, tenantId) =>
      hasSome(caller) && coversTenant(caller, tenantId)
        ? { allowed: true, by: 'all' }
        : {
            allowed: false,
            missing: 'permission',
            needs: 'any permission',
            detail: 'The caller has no permission on this tenant.',
          },
    ),
}

/** Valid credentials, whatever they permit. */
export const credentials: Requirement<Caller, Identifying> = {
  sentence: 'Requires valid credentials, and no permission.',
  admit: identify,
}

/** Any permission on any tenant. */
export const somePermissionSomewhere: Requirement<Caller, Identifying> = {
  sentence: 'Requires any permission on a tenant.',
  admit: async (deps, request) => {
    const caller = await identify(deps, request)
    if (!hasSome(caller)) throw forbidden('The caller has no permission on any tenant.', 'any permission')
    return caller
  },
}

const hasSome = ({ permissions }: Caller): boolean => permissions.size > 0

/** The permission to administer some tenant. */
export const administrator: Requirement<Caller, Identifying> = {
  sentence: `${requiring(['tenant.admin'])} on a tenant.`,
  admit: async (deps, request) => {
    const caller = await identify(deps, request)
    if (!isAdministrator(caller)) throw forbidden('This needs the permission tenant.admin on a tenant.', 'tenant.admin')
    return caller
  },
}
