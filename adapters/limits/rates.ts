import { LRUCache } from 'lru-cache'
import { take } from '../../domain/limits/rate.ts'
import type { Rate } from '../../domain/limits/rate.ts'

/** Buckets by key, in the memory of this process. */
export interface Rates {
  /** Takes one. @returns how long to wait until there is one again, in milliseconds; 0 where it was there */
  readonly take: (key: string) => number
  /** The same without taking any. */
  readonly waitMs: (key: string) => number
  /** Gives one back that was taken. */
  readonly giveBack: (key: string) => void
}

/**
 * @param maximum how many keys are remembered; the one that was used longest ago is forgotten first, and is a full bucket
 *   again: who makes up keys gains by it no more than the keys
 * @param now milliseconds of a clock that never goes back
 */
export const createRates = (rate: Rate, maximum: number, now: () => number): Rates => {
  const buckets = new LRUCache<string, number>({ max: maximum })
  return {
    take: (key) => {
      const { fullAt, waitMs } = take(buckets.get(key), now(), rate)
      buckets.set(key, fullAt)
      return waitMs
    },
    giveBack: (key) => {
      const fullAt = buckets.peek(key)
      if (fullAt !== undefined) buckets.set(key, fullAt - 1000 / rate.perSecond)
    },
    waitMs: (key) => take(buckets.peek(key), now(), rate).waitMs,
  }
}
