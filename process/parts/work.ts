import type { Configuration } from '../../adapters/config/configuration.ts'
import { countSettled } from '../../adapters/metrics/counting.ts'
import { createAudit } from '../../adapters/postgres/audit.ts'
import { createIdempotency } from '../../adapters/postgres/changes/idempotency.ts'
import { createLeases } from '../../adapters/postgres/changes/leases.ts'
import { createOperations } from '../../adapters/postgres/changes/operations.ts'
import { createScans } from '../../adapters/postgres/clients/scans.ts'
import { createClock } from '../../adapters/postgres/database/clock.ts'
import { createTenants } from '../../adapters/postgres/tenants/tenants.ts'
import { createApplyChecks } from '../../adapters/postgres/terraform/apply-checks.ts'
import { startWorker } from '../../worker/main.ts'
import type { Worker } from '../../worker/main.ts'
import { tracedRounds, untraced } from '../../worker/traced-rounds.ts'
import { expireSessionsOf } from '../console.ts'
import type { Core } from './core.ts'
import type { Resources } from './resources.ts'

/** The worker of a process: one worker after the other, as its configuration changes. */
export interface Work {
  /** Another begins, then the one before ends: as when a process takes the place of another. */
  readonly replace: (core: Core, configuration: Configuration) => void
  /** Takes no more jobs; resolves when none is under way. @param deadlineMs after which they are left to others */
  readonly close: (deadlineMs: number) => Promise<void>
}

/** @param tenantIds the only tenants that it serves; undefined for all */
export const startWork = (resources: Resources, { core, configuration, tenantIds, onStuck }: Beginning): Work => {
  const { queue } = resources
  const serves = (id: string): boolean => tenantIds?.includes(id) ?? true
  const begin = (by: Core, of: Configuration): Worker =>
    startWorker({
      ...workerDeps(resources, by, of),
      configurations: new Map([...by.byId].filter(([id]) => serves(id))),
      onStuck,
    })
  let worker = begin(core, configuration)
  const ending = new Set<Promise<void>>()
  const end = (former: Worker): void => {
    const ended = former.close().finally(() => ending.delete(ended))
    ending.add(ended)
  }
  queue.work([...core.byId.keys()].filter(serves), (key) => worker.handle(key), configuration.worker.concurrency)
  return {
    replace: (nextCore, next) => {
      const former = worker
      worker = begin(nextCore, next)
      end(former)
    },
    close: async (deadlineMs) => {
      end(worker)
      await Promise.all([...ending, queue.rest(deadlineMs)])
    },
  }
}

interface Beginning {
  readonly core: Core
  readonly configuration: Configuration
  readonly tenantIds: readonly string[] | undefined
  readonly onStuck: () => void
}

const workerDeps = (
  { postgres, keyed, metrics, telling, queue, http, traces, log }: Resources,
  core: Core,
  configuration: Configuration,
) => ({
  ...core,
  queue,
  log,
  inTrace: traces === null ? untraced : tracedRounds(traces),
  clock: createClock(postgres.db),
  leases: countSettled(createLeases(keyed.db, core.keysOf, telling.tellSettled, metrics.applied), metrics.count),
  tenants: createTenants(postgres.db),
  scans: createScans(postgres.db),
  idempotency: createIdempotency(postgres.db),
  operations: createOperations(postgres.db),
  expireSessions: expireSessionsOf(configuration, { http, postgres, log }),
  keep: { changesMs: configuration.changes.keepMs, eventsMs: configuration.events.keepMs },
  applyChecks: createApplyChecks(postgres.db, configuration.terraform),
  audit: createAudit(postgres.db),
  applyWaitMs: configuration.terraform.applyWaitMs,
})
