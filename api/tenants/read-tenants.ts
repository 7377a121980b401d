import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { BucketStanding, Standing, Standings } from '../../adapters/postgres/tenants/standings.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import { coversTenant, mayKnowEvery } from '../../domain/access/authorize.ts'
import { bucketsOf, placesLeft } from '../../domain/limits/budget.ts'
import type { PlanName } from '../../domain/limits/budget.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { RedisProblem } from '../../domain/redis/fitness.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { statesView } from '../terraform/state-versions.ts'

/** What tells how a tenant stands. */
interface Telling {
  readonly health: Pick<Tenants, 'health'>
  readonly standings: Pick<Standings, 'of'>
  readonly stateIndex: Pick<StateIndex, 'states' | 'counts'>
  readonly queue: { readonly problem: () => RedisProblem | null }
}

/** GET /v1/tenants: those on which the caller may do anything, each with its health. */
export const listTenants =
  (deps: TenantsById & Telling) =>
  async (_request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const tenants = [...deps.tenants.values()].filter(({ id }) => coversTenant(caller, id))
    const standings = await deps.standings.of(tenants.map(({ id }) => id))
    return answer({
      tenants: await Promise.all(tenants.map((tenant) => tenantView(deps, tenant, standings.get(tenant.id), caller))),
    })
  }

/** GET /v1/tenants/{tenantId}: one of them. */
export const readTenant =
  (deps: TenantsById & Telling) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const tenant = tenantOf(deps, request)
    const standings = await deps.standings.of([tenant.id])
    return answer(await tenantView(deps, tenant, standings.get(tenant.id), caller))
  }

const answer = (body: unknown): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'private, no-cache' },
  body: JSON.stringify(body),
})

/** A tenant, without anything of its credential but whether Auth0 takes it, and of its states what the caller may see. */
const tenantView = async (
  deps: Telling,
  tenant: TenantConfiguration,
  standing: Standing | undefined,
  caller: Caller,
) => {
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
    pausedBy: mayKnowEvery(caller) ? (standing?.pausedBy ?? null) : null,
    served: standing?.served ?? false,
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
      running: standing?.scanning ?? false,
      leftOut: {
        count: health?.leftOut.count ?? 0,
        elements: mayKnowEvery(caller) ? (health?.leftOut.elements ?? []) : [],
      },
    },
    queue: queueView(deps.queue.problem()),
    clients: health?.clients ?? 0,
    backlog: health?.backlog ?? 0,
    oldestWaitingAt: standing?.oldestWaitingAt?.toISOString() ?? null,
    drifted: health?.drifted ?? 0,
    stalled: standing?.stalled ?? 0,
    budgets: budgetsView(plan, standing?.buckets ?? []),
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

/** Auth0's limits of a plan, with what is known of each; one that nobody has used yet is full. */
const budgetsView = (plan: PlanName, known: readonly BucketStanding[]) =>
  bucketsOf(plan).map((bucket) => {
    const standing = known.find((one) => one.bucket === bucket.name)
    return {
      bucket: bucket.name,
      burst: bucket.burst,
      perSecond: 1000 / bucket.intervalMs,
      left: placesLeft(bucket, standing?.nextInMs ?? 0),
      remaining: standing?.remaining ?? null,
      observedAt: standing?.observedAt?.toISOString() ?? null,
      othersPerSecond: standing?.othersPerSecond ?? 0,
      throttledUntil: standing?.throttledUntil?.toISOString() ?? null,
      throttledThisHour: standing?.throttledThisHour ?? 0,
      throttledLastHour: standing?.throttledLastHour ?? 0,
    }
  })

/** Whether the worker is woken: without it changes are accepted and wait. */
const queueView = (problem: RedisProblem | null) => ({
  working: problem === null,
  problem: problem?.code ?? null,
  reason: problem === null ? null : `${problem.said} ${problem.remedy}`,
})
