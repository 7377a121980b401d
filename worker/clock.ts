import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Clock } from '../adapters/postgres/database/clock.ts'
import { setBy } from '../domain/changes/clock.ts'
import type { ClockReading } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

interface ClockDeps {
  readonly clock: Clock
  readonly callMs: number
  readonly applyWaitMs: number
  readonly configurations: ReadonlyMap<string, TenantConfiguration>
  /** Called when the clock was set, or times were taken back: what waits may be due. */
  readonly onSet: () => void
  readonly log: Log
}

const everyMs = 1000
/** After the start, and after the clock was set, all rows are looked at so many times: others write meanwhile. */
const thoroughLooks = 5

/**
 * Takes times back that the database's clock has left too far ahead of now: after it was wrong and is right again, and
 * after it was right and is wrong. What waited for them is due within seconds.
 *
 * @returns ends it, after the look under way
 */
export const startClockCheck = ({
  clock,
  callMs,
  applyWaitMs,
  configurations,
  onSet,
  log,
}: ClockDeps): (() => Promise<void>) => {
  const byInterval = Map.groupBy(configurations.values(), ({ scanIntervalMs }) => scanIntervalMs)
  let last: ClockReading | undefined
  let thorough = thoroughLooks
  return repeat(everyMs, 'clock check', log, async () => {
    const now = await clock.read()
    const byMs = last === undefined ? 0 : setBy(last, now)
    last = now
    if (byMs !== 0) {
      thorough = thoroughLooks
      log.warn(
        { seconds: Math.round(byMs / 1000) },
        "the database's clock was changed: everything that waits for a time is checked",
      )
    }
    let isDisturbed = byMs !== 0
    for (const [scanIntervalMs, tenants] of byInterval) {
      const tenantIds = tenants.map(({ id }) => id)
      const rows = await clock.takeBack({ callMs, applyWaitMs, scanIntervalMs }, tenantIds, thorough > 0)
      if (Object.keys(rows).length === 0) continue
      isDisturbed = true
      log.warn({ rows }, 'times in rows were impossibly far in the future, and were corrected')
    }
    thorough = Math.max(0, thorough - 1)
    if (isDisturbed) onSet()
  })
}
