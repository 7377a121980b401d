import type { Auth0 } from '../adapters/auth0/auth0.ts'
import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Changes } from '../adapters/postgres/changes.ts'
import type { Clients } from '../adapters/postgres/clients.ts'
import type { Leases } from '../adapters/postgres/leases.ts'
import type { Pacer } from '../adapters/postgres/pacer.ts'
import type { Scans } from '../adapters/postgres/scans.ts'
import type { Tenants } from '../adapters/postgres/tenants.ts'
import type { Queue } from '../adapters/queue/queue.ts'
import { createDriftPolicy } from './drift-policy.ts'
import { createHealth } from './health.ts'
import { createReconcile } from './reconcile.ts'
import { startScans } from './scan.ts'
import { startSweep } from './sweep.ts'

export interface WorkerDeps {
  readonly auth0: Auth0
  readonly pacer: Pacer
  readonly queue: Queue
  readonly clients: Clients
  readonly changes: Changes
  readonly leases: Leases
  readonly tenants: Tenants
  readonly scans: Scans
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  /** Deadline of one call to Auth0, in milliseconds. */
  readonly callMs: number
  /** Clients of one tenant that are worked on at the same time. */
  readonly concurrency: number
  readonly log: Log
}

/** Starts working: jobs of the queue, the sweep that finds what the queue has lost, and the scans of each tenant. */
export const startWorker = (deps: WorkerDeps): { readonly close: () => Promise<void> } => {
  const { configurations, log } = deps
  const keysOf = (tenantId: string) => {
    const tenant = configurations.get(tenantId)
    if (tenant === undefined) throw new Error(`The tenant ${tenantId} is not configured.`)
    return tenant.metadataKeys
  }
  const health = createHealth(deps)
  const reconcile = createReconcile({ ...deps, health, keysOf, onDrift: createDriftPolicy(deps) })
  deps.queue.work(async (key) => {
    try {
      return await reconcile(key)
    } catch (error) {
      // The row keeps what is to be done; the sweep finds it there.
      log.error({ err: error, ...key }, 'reconciling failed')
      return { kind: 'later', afterMs: 2000 }
    }
  }, deps.concurrency)
  const stops = [
    startSweep({ ...deps, health, tenantIds: [...configurations.keys()] }),
    startScans({ ...deps, health }),
  ]
  return {
    close: async () => {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
