import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../adapters/log/log.ts'

/**
 * How long a process takes to end, from the moment when it takes nothing more; milliseconds. Supervisors kill after 30 s
 * (Kubernetes) or 90 s (systemd) unless told otherwise.
 */
export const closingTimes = {
  /** What is under way may end by itself until then. Afterwards calls to Auth0 count as unanswered, and uploads are refused. */
  overdueMs: 10_000,
  /** Then connections are cut, and jobs are left to others. */
  cutMs: 13_000,
  /** It has ended by then, whatever hangs. */
  endMs: 15_000,
} as const

/** What a process holds, and lets go of in the opposite order. */
export interface Holdings {
  readonly add: (name: string, close: () => Promise<void>) => void
  /**
   * Lets go of everything, each after what was added later; what hangs takes no more than half of the time that is left.
   *
   * @param until when it is over, on `performance.now()`
   */
  readonly close: (until: number) => Promise<void>
}

export const createHoldings = (log: Pick<Log, 'warn'>): Holdings => {
  const held: { readonly name: string; readonly close: () => Promise<void> }[] = []
  return {
    add: (name, close) => void held.push({ name, close }),
    close: async (until) => {
      for (const { name, close } of held.splice(0).toReversed())
        await endWithin(Math.max(0, until - performance.now()) / 2, name, close(), log)
    },
  }
}

/** Waits for an end, so long at the most. What goes wrong at it is told, and hinders nothing. */
export const endWithin = async (ms: number, name: string, ending: Promise<unknown>, log: Pick<Log, 'warn'>) => {
  const timer = new AbortController()
  const late = sleep(ms, true, { signal: timer.signal }).catch(() => false)
  const ended = ending.then(
    () => false,
    (error: unknown) => {
      log.warn({ err: error, part: name }, 'a part of this process did not end in order')
      return false
    },
  )
  if (await Promise.race([ended, late]))
    log.warn({ part: name }, 'a part of this process did not end in time: it is left')
  timer.abort()
}
