import { createStrangerTally } from '../../domain/access/strangers.ts'
import type { Log } from '../log/log.ts'
import type { Audit } from './audit.ts'

/** Requests without valid credentials, on their way into the audit. */
export interface Strangers {
  /** Counts one, in memory. @param reason the code of the problem that is answered */
  readonly count: (address: string | null, reason: string) => void
  /** Stores what was counted, and counts nothing from then on. */
  readonly close: () => Promise<void>
}

/** How often what was counted is stored, and how many rows that makes at the most. */
const strangerSettings = { everyMs: 60_000, maximum: 1000 } as const

/**
 * Counts requests without valid credentials and stores the counts from time to time: so a flood of them is a few rows,
 * and costs the database nothing while it lasts. What cannot be stored is counted on, and stored with the next.
 */
export const createStrangers = (
  audit: Pick<Audit, 'storeCounts'>,
  log: Pick<Log, 'error'>,
  { everyMs, maximum }: { readonly everyMs: number; readonly maximum: number } = strangerSettings,
): Strangers => {
  const tally = createStrangerTally(maximum)
  let storing: Promise<void> = Promise.resolve()
  const store = async (): Promise<void> => {
    const counts = tally.take()
    if (counts.length === 0) return
    try {
      await audit.storeCounts(counts)
    } catch (error) {
      const requests = counts.reduce((sum, { count }) => sum + count, 0)
      log.error({ err: error, requests }, 'counts of requests without valid credentials could not be stored yet')
      for (const { network, reason, count } of counts) tally.count(network?.replace(/\/64$/, '') ?? null, reason, count)
    }
  }
  const timer = setInterval(() => {
    storing = storing.then(store)
  }, everyMs)
  return {
    count: (address, reason) => tally.count(address, reason),
    close: async () => {
      clearInterval(timer)
      await storing.then(store)
    },
  }
}
