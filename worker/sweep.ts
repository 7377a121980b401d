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
const atOnce = 500
/** A sweep claims so often: more than any limit of Auth0's lets through until the next, and no more, as others work too. */
const claimsOfSweep = 4

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

const wakeLagging = async (
  { clients, tenantIds, queue, log }: SweepDeps,
  quiet: number,
  stopping: AbortSignal,
): Promise<void> => {
  for (let claim = 0; claim < claimsOfSweep && !stopping.aborted; claim += 1) {
    const keys = await clients.claimLagging(tenantIds, quiet, atOnce)
    await Promise.all(keys.map((key) => queue.wake(key)))
    if (keys.length > 0) log.info({ clients: keys.length }, 'sweep: clients that waited without a job were queued')
    // With no quiet time the same rows would come again; what is left comes with the next sweep.
    if (keys.length < atOnce || quiet === 0) return
  }
}
