import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { eventsChannel } from '../database/notifications.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'

/** Wakes who waits for events. What has happened they read: a wake-up too many costs a reading, one too few some time. */
export interface WakeUps {
  /**
   * A change was accepted here. Processes elsewhere are told within a moment, of all that were accepted meanwhile: unless
   * a change has settled by then, which told them already.
   */
  readonly accepted: (changeId: string) => void
  /** A change has settled here: others are told of it by its name. */
  readonly settled: () => void
  /** A notification came, by its payload: so it did in every process that listens. */
  readonly heard: (payload: string) => void
  /** How many there were so far. */
  readonly count: () => number
  /** Resolves when there have been more than `since`, after `ms`, or when it is aborted. */
  readonly wait: (since: number, ms: number, signal: AbortSignal) => Promise<void>
  readonly close: () => void
}

/** How long others may not know of an accepted change, milliseconds. */
const untoldMs = 200
/** Between two wake-ups, milliseconds: what happens within is read together. */
const apartMs = 50

/**
 * @param db of connections that need not flush
 * @param onError told when others could not be told: they look for themselves now and then
 */
export const createWakeUps = (db: Kysely<Database>, onError: (error: unknown) => void): WakeUps => {
  const waiting = new Set<() => void>()
  /** Changes with the time when they were accepted, the oldest first. */
  const untold = new Map<string, number>()
  let telling: NodeJS.Timeout | undefined
  let waking: NodeJS.Timeout | undefined
  let wokenAt = -Infinity
  let count = 0

  const wakeAll = (): void => {
    waking = undefined
    wokenAt = performance.now()
    count += 1
    for (const resolve of waiting) resolve()
  }
  const wake = (): void => {
    waking ??= setTimeout(wakeAll, Math.max(0, wokenAt + apartMs - performance.now())).unref()
  }
  const tellInTime = (): void => {
    const [oldest] = untold.values()
    if (oldest === undefined) return
    const left = oldest + untoldMs - performance.now()
    telling ??= setTimeout(tell, Math.max(0, left)).unref()
  }
  const tell = (): void => {
    telling = undefined
    const [oldest] = untold.values()
    // The one that it was set for has settled since: those that are there now have their own time.
    if (oldest === undefined || performance.now() - oldest < untoldMs - 1) {
      tellInTime()
      return
    }
    untold.clear()
    notified(db, {}).catch(onError)
  }
  return {
    accepted: (changeId) => {
      wake()
      untold.set(changeId, performance.now())
      tellInTime()
    },
    settled: wake,
    heard: (payload) => {
      untold.delete(payload)
      wake()
    },
    count: () => count,
    wait: (since, ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || since !== count) {
          resolve()
          return
        }
        const done = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        signal.addEventListener('abort', done)
        waiting.add(done)
      }),
    close: () => {
      clearTimeout(telling)
      clearTimeout(waking)
    },
  }
}

const notified = statement(() => sql`select pg_notify(${sql.lit(eventsChannel)}, '')`)
