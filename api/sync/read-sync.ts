import type { Change, Changes } from '../../adapters/postgres/changes/changes.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { StateIndex } from '../../adapters/postgres/terraform/state-index.ts'
import type { Standings } from '../../adapters/postgres/tenants/standings.ts'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import { conditionsOf } from '../../domain/changes/conditions.ts'
import { waitingOf } from '../../domain/changes/waiting.ts'
import type { Waiting, WaitingFacts } from '../../domain/changes/waiting.ts'
import { bucketOf } from '../../domain/limits/budget.ts'
import type { RedisProblem } from '../../domain/redis/fitness.ts'
import { fold } from '../../domain/clients/desired.ts'
import { driftIn } from '../../domain/clients/drift.ts'
import { readFields } from '../../domain/clients/field-values.ts'
import { pathsOf } from '../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { terraformStatusView } from '../clients/terraform-status.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { changeView, nested } from '../changes/change-view.ts'
import { askerOf, clientIdOf, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import type { KnowsClients } from '../clients/known-clients.ts'
import { mustRead } from '../clients/access.ts'

/** What tells why changes wait. */
interface TellingWaits {
  readonly standings: Pick<Standings, 'factsOf'>
  readonly queue: { readonly problem: () => RedisProblem | null }
}

interface Synced extends TellingWaits {
  readonly changes: Pick<Changes, 'list'>
  readonly stateIndex: Pick<StateIndex, 'status'>
}

/** Changes that are looked at for the times of the conditions; more than that seldom wait. */
const newest = 100

/** GET /v1/tenants/{tenantId}/clients/{clientId}/sync: desired and observed side by side, and what is between them. */
export const readSync =
  (deps: TenantsById & Synced & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const tenant = tenantOf(deps, request)
    const record = await deps.known.find(tenant, clientIdOf(request), askerOf(caller, 'read', request.gone))
    mustRead(tenant, caller, record)
    const [changes, terraformStatus, facts] = await Promise.all([
      deps.changes.list(record.key, newest),
      deps.stateIndex.status(record.key),
      waitingFacts(deps, tenant, record),
    ])
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify({
        ...syncView(record, changes, facts, tenant.metadataKeys),
        terraform: terraformStatusView(terraformStatus, caller),
      }),
    }
  }

/** Undefined where nothing waits: nobody is asked then. */
const waitingFacts = async (
  { standings, queue }: TellingWaits,
  { plan }: Pick<TenantConfiguration, 'plan'>,
  { key, pending, terraform }: ClientRecord,
): Promise<WaitingFacts | undefined> => {
  if (pending.length === 0) return undefined
  const facts = await standings.factsOf(key, terraform.applying?.state ?? null, bucketOf(plan, 'other'))
  const problem = queue.problem()
  return facts && { ...facts, queueProblem: problem && `${problem.said} ${problem.remedy}` }
}

const waitingView = ({ reason, detail, since, until }: Waiting) => ({
  reason,
  detail,
  since: since?.toISOString() ?? null,
  until: until?.toISOString() ?? null,
})

const syncView = (
  record: ClientRecord,
  changes: readonly Change[],
  facts: WaitingFacts | undefined,
  keys: MetadataKeys,
) => {
  const waiting = changes.filter(({ status }) => status === 'accepted').toReversed()
  const settled = changes.find(({ settledAt }) => settledAt !== null)
  const desired = fold(record.base, record.pending)
  const waitingSince = waiting[0]?.acceptedAt ?? null
  const why = facts && waitingOf({ ...record, waitingSince }, facts)
  const drift = driftIn(record, keys, record.driftedByState)
  return {
    desired: nested(desired, null),
    observed: nested(readFields(record.observed, keys), null),
    observedAt: record.observedAt.toISOString(),
    owned: pathsOf(desired),
    pending: waiting.map(changeView),
    waiting: why ? waitingView(why) : null,
    generation: record.generation,
    settledGeneration: record.settledGeneration,
    drift: drift.map(({ path, class: kind, confirmed, observed }) => ({
      field: path,
      class: kind,
      confirmed,
      observed,
    })),
    conditions: conditionsOf({
      ...record,
      drift,
      settledAt: settled?.settledAt ?? null,
      waitingSince,
    }),
    nextTryAt: record.nextTryAt?.toISOString() ?? null,
    lastFailure: record.lastFailure,
  }
}
