import type { Log } from '../adapters/log/log.ts'
import type { Clock } from '../adapters/postgres/database/clock.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import { believe, believedNow } from '../domain/changes/clock.ts'
import type { Belief } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

const everyMs = 60 * 60_000
const toleratedMs = 60_000
/** Few enough that nobody waits for the statement. */
const atOnce = 1000

/**
 * Forgets records of the audit whose time is over, some at a time. How long that is, the owner of the table has said;
 * several workers at it do no harm.
 *
 * @returns ends it, after the statement that is running
 */
export const startForgetting = ({
  audit,
  clock,
  log,
}: {
  readonly audit: Pick<Audit, 'forget'>
  readonly clock: Pick<Clock, 'read'>
  readonly log: Log
}): (() => Promise<void>) => {
  let belief: Belief | undefined
  return repeat(everyMs, 'forgetting old records of the audit', log, async (stopping) => {
    belief = believe(belief, await clock.read())
    // The database counts by its own clock: while that may be ahead, nothing is forgotten.
    if (belief.last.database - believedNow(belief) > toleratedMs) return
    let gone = 0
    for (let some = atOnce; some === atOnce && !stopping.aborted; gone += some) some = await audit.forget(atOnce)
    if (gone > 0) log.info({ records: gone }, 'records of the audit were forgotten: their time was over')
  })
}
