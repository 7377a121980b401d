import { z } from 'zod'
import type { AccessStates } from '../../domain/access/authorize.ts'
import { mostThrough } from '../../domain/access/explain.ts'
import { accountCaller } from '../../domain/access/grants.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { mustRead } from '../clients/access.ts'
import type { KnowsClients } from '../clients/known-clients.ts'
import { askerOf, clientIdOf, requirePermission, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { parseQuery } from '../http/query.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import { accessAnswer, accessOf, statesOf } from './access-view.ts'
import type { Subject } from './access-view.ts'
import { overseenCallers } from './registered-callers.ts'
import type { Registering } from './registered-callers.ts'

export const AccessQuery = z.strictObject({
  of: z
    .literal('registered')
    .optional()
    .describe('`registered`: of each application and account that the caller may know of, by `tenant.admin`'),
})

/**
 * GET /v1/tenants/{tenantId}/clients/{clientId}/access: what the caller may do with the client, and why, also where that is
 * nothing; or what each application and account may do, for an administrator who may read the client.
 */
export const readAccess =
  (deps: TenantsById & KnowsClients & Registering) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { of } = parseQuery(AccessQuery, request.query, 'of (registered)')
    if (of === 'registered') requirePermission(caller, 'tenant.admin')
    const tenant = tenantOf(deps, request)
    const record = await deps.known.find(tenant, clientIdOf(request), askerOf(caller, 'read', request.gone))
    if (of === 'registered') mustRead(tenant, caller, record)
    const states = statesOf(tenant, record)
    const subjects =
      of === 'registered'
        ? await registeredSubjects(deps, caller, states)
        : [{ caller, kind: caller.kind, keptOut: null }]
    return accessAnswer(
      record,
      subjects.map((subject) => accessOf(tenant.id, states, subject)),
    )
  }

const registeredSubjects = async (
  deps: Registering,
  administrator: Caller,
  states: AccessStates,
): Promise<Subject[]> => {
  const [applications, accounts] = await Promise.all([
    overseenCallers(deps, 'application', administrator),
    overseenCallers(deps, 'account', administrator),
  ])
  return [
    ...applications.map(({ keptOut, ...application }) => ({
      caller: mostThrough(application, states),
      kind: 'application' as const,
      keptOut,
    })),
    ...accounts.map(({ ownerName, grant, keptOut }) => ({
      caller: accountCaller(ownerName, grant),
      kind: 'service-account' as const,
      keptOut,
    })),
  ]
}
