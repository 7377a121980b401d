import { createAuth0 } from '../../adapters/auth0/auth0.ts'
import { createPacer } from '../../adapters/auth0/pacer.ts'
import type { Configuration } from '../../adapters/config/configuration.ts'
import { countAccepted, countCalls, countWithdrawn } from '../../adapters/metrics/counting.ts'
import { createAccept } from '../../adapters/postgres/changes/accept.ts'
import { createChanges } from '../../adapters/postgres/changes/changes.ts'
import { tellAccepted } from '../../adapters/postgres/changes/tell-accepted.ts'
import { createClients } from '../../adapters/postgres/clients/clients.ts'
import { createEvents } from '../../adapters/postgres/events/events.ts'
import { createBudgets } from '../../adapters/postgres/tenants/budgets.ts'
import { traceAccepted } from '../../adapters/traces/traced.ts'
import { auth0TenantsOf } from '../auth0-tenants.ts'
import { metadataKeysOf } from '../database.ts'
import { remade } from '../reload/remade.ts'
import type { Resources } from './resources.ts'

/** What API and worker of a process share, by a configuration: among it the line in which calls to Auth0 wait. */
export type Core = ReturnType<ReturnType<typeof createCore>>

/**
 * @param patienceMs how long a request waits for its turn to read from Auth0
 * @param overdue aborted when no answer of Auth0 is waited for any more
 */
export const createCore = (
  { postgres, keyed, quick, metrics, telling, http, traces, log }: Resources,
  { patienceMs, overdue }: { readonly patienceMs: number; readonly overdue: AbortSignal },
) => {
  const onSilence = (tenantId: string, reason: string): void =>
    log.warn({ tenantId, reason }, 'a call to Auth0 got no answer')
  const auth0Of = remade(({ tenants, callMs }: { tenants: Parameters<typeof createAuth0>[1]; callMs: number }) =>
    createAuth0(http, tenants, callMs, onSilence, overdue),
  )
  const pacerOf = remade((plans: Parameters<typeof createPacer>[1]) =>
    createPacer(createBudgets(quick.db), plans, { patienceMs }),
  )
  return (configuration: Configuration) => {
    const { tenants } = configuration
    const callMs = configuration.worker.httpTimeoutMs
    const keysOf = metadataKeysOf(configuration)
    const accept = tellAccepted(
      countAccepted(createAccept(postgres.db, keysOf, keyed.db), metrics.count),
      telling.wakeUps,
    )
    const calls = auth0Of({ callMs, tenants: auth0TenantsOf(configuration) })
    return {
      keysOf,
      callMs,
      byId: new Map(tenants.map((tenant) => [tenant.id, tenant])),
      auth0: countCalls(calls, metrics.count),
      pacer: pacerOf(new Map(tenants.map(({ id, plan }) => [id, plan]))),
      clients: createClients(postgres.db, keysOf, keyed.db),
      accept: traces === null ? accept : traceAccepted(accept, traces),
      changes: countWithdrawn(createChanges(postgres.db, keysOf), metrics.count),
      events: createEvents(keyed.db),
    }
  }
}
