import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import type { Audit } from '../../adapters/postgres/audit.ts'
import { coversTenant } from '../../domain/access/authorize.ts'
import { TenantId } from '../../domain/vocabulary.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { RedisProblem } from '../../domain/redis-fitness.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { identify, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { readTenantReport } from './plan-and-drift.ts'
import type { Reporting } from './plan-and-drift.ts'
import { pauseTenant } from './pause.ts'
import type { PausingTenants } from './pause.ts'
import { forbidden, notFound } from '../http/problem.ts'
import type { Routes } from '../http/serve.ts'
import { listAudit } from './list-audit.ts'
import { statesView } from '../terraform/state-versions.ts'

/** What tells how a tenant stands. */
interface Telling {
  readonly health: Pick<Tenants, 'health'>
  readonly stateIndex: Pick<StateIndex, 'states' | 'counts'>
  readonly queue: { readonly problem: () => RedisProblem | null }
}

type OfTenants = Admitting & Telling & PausingTenants & Reporting & { readonly audit: Pick<Audit, 'page'> }

/** `/v1/tenants`, `/v1/tenants/{tenantId}` and what stands below it for the whole tenant */
export const tenantRoutes = (deps: OfTenants): Routes => [
  { method: 'GET', url: '/v1/tenants', action: 'tenant.read', answer: listTenants(deps) },
  { method: 'GET', url: '/v1/tenants/:tenantId', action: 'tenant.read', answer: readTenant(deps) },
  { method: 'POST', url: '/v1/tenants/:tenantId/pause', action: 'pause', answer: pauseTenant(deps, true) },
  { method: 'POST', url: '/v1/tenants/:tenantId/resume', action: 'resume', answer: pauseTenant(deps, false) },
  { method: 'GET', url: '/v1/tenants/:tenantId/audit', action: 'audit.read', answer: listAudit(deps) },
  { method: 'GET', url: '/v1/tenants/:tenantId/plan', action: 'client.read', answer: readTenantReport(deps, 'plan') },
  { method: 'GET', url: '/v1/tenants/:tenantId/drift', action: 'client.read', answer: readTenantReport(deps, 'drift') },
]

/** The tenants on which the caller may do anything, each with its health. */
const listTenants =
  (deps: Admitting & Telling) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await identify(deps, request)
    if (caller.permissions.size === 0) throw forbidden('The caller has no permission on any tenant.', 'any permission')
    const tenants = [...deps.tenants.values()].filter(({ id }) => coversTenant(caller, id))
    return answer({ tenants: await Promise.all(tenants.map((tenant) => tenantView(deps, tenant, caller))) })
  }

const readTenant =
  (deps: Admitting & Telling) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await identify(deps, request)
    const tenantId = request.params['tenantId'] ?? ''
    if (!TenantId.safeParse(tenantId).success) throw notFound('There is no such tenant.')
    if (caller.permissions.size === 0 || !coversTenant(caller, tenantId))
      throw forbidden('The caller has no permission on this tenant.', 'any permission')
    return answer(await tenantView(deps, tenantOf(deps, request), caller))
  }

const answer = (body: unknown): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'private, no-cache' },
  body: JSON.stringify(body),
})

/** A tenant, without anything of its credential but whether Auth0 takes it, and of its states what the caller may see. */
const tenantView = async (deps: Telling, tenant: TenantConfiguration, caller: Caller) => {
  const { id, domain, plan, driftPolicy } = tenant
  const [health, states, gauges] = await Promise.all([
    deps.health.health(id),
    deps.stateIndex.states(id),
    deps.stateIndex.counts(id),
  ])
  return {
    id,
    domain,
    plan,
    driftPolicy,
    paused: health?.pausedAt?.toISOString() ?? null,
    credential: {
      valid: (health?.heldAt ?? null) === null,
      heldSince: health?.heldAt?.toISOString() ?? null,
      reason: health?.heldReason ?? null,
    },
    scan: {
      lastCompleteAt: health?.lastScanAt?.toISOString() ?? null,
      clients: health?.lastScanClients ?? null,
      problem: health?.scanProblem ?? null,
      nextAt: health?.nextScanAt.toISOString() ?? null,
    },
    queue: queueView(deps.queue.problem()),
    clients: health?.clients ?? 0,
    backlog: health?.backlog ?? 0,
    drifted: health?.drifted ?? 0,
    terraform: {
      ...gauges,
      outdatedWriteAt:
        states
          .flatMap(({ outdatedWrite }) => outdatedWrite?.at ?? [])
          .toSorted()
          .at(-1) ?? null,
      states: statesView(states, tenant, caller),
    },
  }
}

/** Whether the worker is woken: without it changes are accepted and wait. */
const queueView = (problem: RedisProblem | null) => ({
  working: problem === null,
  problem: problem?.code ?? null,
  reason: problem === null ? null : `${problem.said} ${problem.remedy}`,
})
