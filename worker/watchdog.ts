import type { Log } from '../adapters/log/log.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import { repeat } from './repeat.ts'

const everyMs = 30_000
/** Far beyond any sweep, lease or slot: what is due for so long, with nobody at work here, is stuck. */
const patienceMs = 180_000

/**
 * Notices a worker that is up but takes no jobs: a queue's client can hang after an outage. Only a new process is known
 * to help, so that is what it asks for.
 *
 * @param lastHandled when this process last handled a job, on `performance.now()`
 * @param onStuck ends the process
 */
export const startWatchdog = (deps: {
  readonly clients: Clients
  readonly tenantIds: readonly string[]
  readonly lastHandled: () => number
  readonly onStuck: () => void
  readonly log: Log
}): (() => Promise<void>) =>
  repeat(everyMs, 'watchdog', deps.log, async () => {
    if (performance.now() - deps.lastHandled() < patienceMs) return
    const overdue = await deps.clients.overdue(deps.tenantIds, patienceMs)
    if (overdue === 0) return
    deps.log.fatal({ overdue, patienceMs }, 'clients are due, but no job has arrived for minutes: this process exits')
    deps.onStuck()
  })
