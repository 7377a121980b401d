import { setTimeout as sleep } from 'node:timers/promises'
import type { Configuration } from '../../../adapters/config/configuration.ts'
import type { Log } from '../../../adapters/log/log.ts'
import { closingTimes } from '../../../process/parts/closing.ts'
import type { Changes } from '../../../process/reload/compare.ts'
import type { Roles, Running } from '../../../process/start.ts'
import { untilSignal } from '../../../process/until-signal.ts'
import type { Ending } from '../../../process/until-signal.ts'
import { exits } from '../../exit-codes.ts'

export interface ServeFlags {
  readonly config?: string
  readonly logLevel?: string
  readonly tenants?: readonly string[]
}

/** Runs a process until it is asked to end, by the configuration as it is at any time. */
export const serve = async (
  does: Pick<Roles, 'api' | 'worker'>,
  { config, logLevel, tenants }: ServeFlags,
): Promise<void> => {
  let isAsked = false
  let reload = (): void => void (isAsked = true)
  const ended = untilSignal(() => reload())
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { createLog } = await import('../../../adapters/log/log.ts')
  const { hearConsole } = await import('../../../adapters/log/console.ts')
  const { run } = await import('../../../process/start.ts')
  const { openTraces } = await import('../../../process/parts/traces.ts')
  const { createReload } = await import('../../../process/reload/reload.ts')
  const { requireTenants } = await import('../../../process/known-tenants.ts')
  const load = (): Configuration => loadConfiguration({ file: config, env: process.env })
  let configuration = load()
  const traces = await openTraces()
  const log = createLog(logLevel ?? configuration.log.level, undefined, undefined, traces?.ofLog)
  hearConsole(log)
  traces?.tell(log)
  requireTenants(tenants ?? [], configuration)
  const roles = { ...does, ...(tenants && { tenants }) }
  // Whoever looks after the process starts it again.
  const starting = run(configuration, roles, log, () => process.exit(exits['retry-later'].code), { traces })
  const early = await Promise.race([starting.then(() => undefined), ended])
  if (early !== undefined) return endEarly(starting, early, log)
  const running = await starting
  log.info({ url: running.url, tenants: configuration.tenants.map(({ id }) => id), ...roles }, 'Nexus is up')
  const use = async (next: Configuration): Promise<Changes> => {
    const changes = await running.reload(next)
    configuration = next
    log.level = logLevel ?? next.log.level
    return changes
  }
  reload = createReload({ load, use, log })
  if (isAsked) reload()
  const because = await ended
  reload = () => undefined
  log.info({ because }, 'shutting down: requests in progress are answered first')
  // A person at the terminal need not wait for a load balancer.
  const delayMs = because === 'SIGTERM' ? configuration.server.shutdownDelayMs : 0
  const late = setTimeout(() => {
    log.warn('it did not end in time: what is left is given up; no change is lost')
    process.exit()
  }, delayMs + closingTimes.endMs)
  await running.close(delayMs)
  clearTimeout(late)
  log.info('ended')
  leave()
}

/** Everything has been let go of. Where a library still keeps the event loop alive, nobody has to wait for that. */
const leave = (): void => void setTimeout(() => process.exit(), leaveWithinMs).unref()

const leaveWithinMs = 1000

/** Asked to end before it has started: what has come about by then is closed again, within a few seconds. */
const endEarly = async (starting: Promise<Running>, because: Ending, log: Log): Promise<void> => {
  log.info({ because }, 'shutting down before startup has finished')
  const late = sleep(endEarlyWithinMs, undefined, { ref: false }).then(() => process.exit(0))
  const running = await Promise.race([starting.catch(() => undefined), late])
  await running?.close()
  log.info('ended')
}

const endEarlyWithinMs = 5000
