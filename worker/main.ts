import type { Auth0 } from '../adapters/auth0/auth0.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import type { Events } from '../adapters/postgres/events/events.ts'
import type { ApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import type { Accept } from '../adapters/postgres/changes/accept.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { Clock } from '../adapters/postgres/database/clock.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import type { KeysOf } from '../adapters/postgres/clients/listing-rows.ts'
import type { Idempotency } from '../adapters/postgres/changes/idempotency.ts'
import type { Leases } from '../adapters/postgres/changes/leases.ts'
import type { Operations } from '../adapters/postgres/changes/operations.ts'
import type { Pacer } from '../adapters/auth0/pacer.ts'
import type { Scans } from '../adapters/postgres/clients/scans.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import type { JobResult, Queue } from '../adapters/queue/queue.ts'
import type { ClientKey } from '../domain/vocabulary.ts'
import { startClockCheck } from './clock.ts'
import { startApplyChecks } from './apply-check.ts'
import { startAuditRetention, startRequestRetention } from './retention.ts'
import type { RequestRetentionDeps } from './retention.ts'
import { createHealth } from './health.ts'
import { createPolicies } from './policies.ts'
import { createReconcile } from './reconcile.ts'
import { startScans } from './scan.ts'
import { startPresence } from './presence.ts'
import { startSweep } from './sweep.ts'
import type { InTrace } from './traced-rounds.ts'
import { startWatchdog } from './watchdog.ts'

export interface WorkerDeps {
  readonly auth0: Auth0
  readonly pacer: Pacer
  readonly queue: Pick<Queue, 'recovered' | 'wake'>
  readonly clients: Clients
  readonly accept: Accept
  readonly clock: Clock
  readonly changes: Changes
  readonly leases: Leases
  readonly tenants: Tenants
  readonly scans: Scans
  readonly applyChecks: ApplyChecks
  readonly events: Pick<Events, 'expire'>
  readonly audit: Pick<Audit, 'forget'>
  readonly idempotency: Idempotency
  readonly expireSessions: (now: Date) => Promise<void>
  readonly operations: Operations
  readonly keep: RequestRetentionDeps['keep']
  /** The tenants that this worker serves. */
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  readonly keysOf: KeysOf
  /** Deadline of one call to Auth0, in milliseconds. */
  readonly callMs: number
  /** How long an apply of Terraform keeps changes waiting, in milliseconds. */
  readonly applyWaitMs: number
  /** Ends the process: it no longer gets jobs, and only a new one is known to help. */
  readonly onStuck: () => void
  readonly inTrace: InTrace
  readonly log: Log
}

/** What a process does for the tenants that it serves. */
export interface Worker {
  /** Brings a client that a job names to its desired state. */
  readonly handle: (key: ClientKey) => Promise<JobResult>
  /** Begins nothing new, and resolves when what was under way has ended; jobs under way are handed back after their step. */
  readonly close: () => Promise<void>
}

/**
 * Starts working for the tenants of `configurations`: the sweep that finds what the queue has lost, and scans; the queue's
 * jobs are handed to it. What is forgotten after a time is so whatever tenant it is of: every worker sees to it. Two may
 * work at the same time, as those of several processes do.
 */
export const startWorker = (deps: WorkerDeps): Worker => {
  const { configurations, log } = deps
  const stopping = new AbortController()
  const health = createHealth({ ...deps, stopping: stopping.signal })
  const policies = createPolicies(deps)
  const reconcile = createReconcile({ ...deps, health, policies, stopping: stopping.signal })
  const tenantIds = [...configurations.keys()]
  let lastHandled = performance.now()
  let clockWasSet = false
  const isUrgent = (): boolean => {
    const was = clockWasSet
    clockWasSet = false
    return was
  }
  const stops = [
    startPresence({ ...deps, tenantIds }),
    startSweep({ ...deps, health, tenantIds, isUrgent }),
    startScans({ ...deps, health }),
    startApplyChecks({ ...deps, policies }),
    startClockCheck({
      ...deps,
      onSet: () => {
        clockWasSet = true
      },
    }),
    startAuditRetention(deps),
    startRequestRetention(deps),
    startWatchdog({ ...deps, tenantIds, lastHandled: () => lastHandled }),
  ]
  return {
    handle: async (key) => {
      lastHandled = performance.now()
      try {
        return await reconcile(key)
      } catch (error) {
        // The row keeps what is to be done; the sweep finds it there.
        log.error({ err: error, ...key }, 'reconciling failed')
        return { kind: 'later', afterMs: 2000 }
      }
    },
    close: async () => {
      stopping.abort()
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
