/** Keys that were looked for in vain: remembered for a time, and never more than so many. */
export interface Absences {
  readonly has: (key: string) => boolean
  readonly add: (key: string) => void
}

/**
 * @param now milliseconds of a clock that never goes back
 */
export const createAbsences = (lifetimeMs: number, maximum: number, now: () => number): Absences => {
  const until = new Map<string, number>()
  return {
    has: (key) => {
      const end = until.get(key)
      if (end === undefined) return false
      if (end > now()) return true
      until.delete(key)
      return false
    },
    add: (key) => {
      // Taken out first, so that a map's order of insertion is the order of expiry.
      until.delete(key)
      until.set(key, now() + lifetimeMs)
      for (const [oldest] of until) {
        if (until.size <= maximum) break
        until.delete(oldest)
      }
    },
  }
}
