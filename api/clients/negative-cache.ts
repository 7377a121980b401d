import { LRUCache } from 'lru-cache'

/** Keys that were looked for in vain: remembered for a time, and never more than so many. */
export interface Absences {
  readonly has: (key: string) => boolean
  readonly add: (key: string) => void
}

/**
 * @param now milliseconds of a clock that never goes back
 */
export const createAbsences = (lifetimeMs: number, maximum: number, now: () => number): Absences => {
  const until = new LRUCache<string, number>({ max: maximum })
  return {
    // Looked at without being used, so that the order of use is the order of expiry.
    has: (key) => (until.peek(key) ?? 0) > now(),
    add: (key) => void until.set(key, now() + lifetimeMs),
  }
}
