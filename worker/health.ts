import type { Auth0 } from '../adapters/auth0/auth0.ts'
import type { Log } from '../adapters/log/log.ts'
import { orNoPlace, paced } from '../adapters/auth0/pacer.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import { probeEveryMs } from '../domain/changes/clock.ts'
import { verdictOf } from '../domain/changes/verdict.ts'

/** Whether a tenant's credential is well. An ill one holds the tenant: nothing is sent, and nothing is rejected. */
export interface Health {
  /**
   * Asks Auth0 for the least there is.
   *
   * @param reason what made the credential look ill, for the operator
   * @returns `well` only where Auth0 answered; `ill` where it does not take the credential, and the tenant is then held;
   *   `unknown` where neither can be said: an outage, a limit, a proxy's page, the end of the worker
   */
  readonly probe: (tenantId: string, reason: string) => Promise<'well' | 'ill' | 'unknown'>
}

export const createHealth = (deps: {
  readonly auth0: Auth0
  readonly pacer: Pacer
  readonly tenants: Tenants
  /** Aborted when the worker ends. */
  readonly stopping: AbortSignal
  readonly log: Log
}): Health => ({
  probe: async (tenantId, reason) => {
    const purpose = { rank: 'change', signal: deps.stopping } as const
    const ask = () => deps.auth0.list(tenantId, undefined, 1)
    const reply = await orNoPlace(paced(deps.pacer, tenantId, 'read-clients', purpose, ask))
    if (reply === undefined) return 'unknown'
    if (reply.ok) return 'well'
    if (verdictOf(reply).kind !== 'probe') return 'unknown'
    deps.log.error({ tenantId, reason, auth0: reply.message }, 'tenant held: Auth0 does not accept its credential')
    await deps.tenants.hold(tenantId, `${reason}: ${reply.message}`, probeEveryMs)
    return 'ill'
  },
})
