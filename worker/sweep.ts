import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../adapters/log/log.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import type { Queue } from '../adapters/queue/queue.ts'
import type { Health } from './health.ts'
import { probeEveryMs } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

export interface SweepDeps {
  readonly clients: Pick<Clients, 'claimLagging'>
  readonly tenants: Pick<Tenants, 'claimProbes' | 'lift'>
  readonly queue: Pick<Queue, 'recovered' | 'wake'>
  readonly health: Pick<Health, 'probe'>
  readonly tenantIds: readonly string[]
  /** Whether something has happened after which what waits may be due, whenever it was last asked for. */
  readonly isUrgent: () => boolean
  readonly log: Log
}

/** How often lost wake-ups are looked for. */
const everyMs = 2000
/** A row is asked for again only when its last wake-up is older: a backlog is not queued anew at every sweep. */
const quietMs = 10_000
/** Few, and with a pause after them: while the database and Redis store these, other tenants' changes wait. */
const atOnce = 50
const pauseMs = 25
/** A sweep claims so often: more than any limit of Auth0's lets through until the next, and no more, as others work too. */
const claimsOfSweep = 120

/**
 * Finds what a lost queue, a killed process or a lifted hold left behind, and queues it: rows with lag, and readings
 * that are due. Runs at once, then every few seconds.
 *
 * @returns ends it, after the sweep that is running
 */
export const startSweep = (deps: SweepDeps): (() => Promise<void>) => {
  let first = true
  return repeat(everyMs, 'sweep', deps.log, async (stopping) => {
    const lifted = await probeHeld(deps)
    const urgent = deps.isUrgent()
    // A new primary may lack the last jobs of the old one.
    const recovered = deps.queue.recovered()
    await wakeLagging(deps, first || lifted || recovered || urgent ? 0 : quietMs, stopping)
    first = false
  })
}

/** @returns whether a tenant was released, whose clients then need not wait any longer */
const probeHeld = async ({ tenants, tenantIds, health, log }: SweepDeps): Promise<boolean> => {
  let lifted = false
  for (const tenantId of await tenants.claimProbes(tenantIds, probeEveryMs)) {
    if ((await health.probe(tenantId, 'still held')) === 'well') {
      await tenants.lift(tenantId)
      lifted = true
      log.info({ tenantId }, 'tenant released: Auth0 accepts its credential again')
    }
  }
  return lifted
}

/** @param quiet 0: whatever this sweep has not asked for yet */
const wakeLagging = async (
  { clients, tenantIds, queue, log }: SweepDeps,
  quiet: number,
  stopping: AbortSignal,
): Promise<void> => {
  const start = performance.now()
  let woken = 0
  for (let claim = 0; claim < claimsOfSweep && !stopping.aborted; claim += 1) {
    const keys = await clients.claimLagging(tenantIds, quiet === 0 ? performance.now() - start : quiet, atOnce)
    await Promise.all(keys.map((key) => queue.wake(key)))
    woken += keys.length
    if (keys.length < atOnce) break
    await sleep(pauseMs)
  }
  if (woken > 0) log.info({ clients: woken }, 'sweep: clients that waited without a job were queued')
}
