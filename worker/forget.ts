import type { Log } from '../adapters/log/log.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import { repeat } from './repeat.ts'

const everyMs = 60 * 60_000
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
  log,
}: {
  readonly audit: Pick<Audit, 'forget'>
  readonly log: Log
}): (() => Promise<void>) =>
  repeat(everyMs, 'forgetting old records of the audit', log, async (stopping) => {
    let gone = 0
    for (let some = atOnce; some === atOnce && !stopping.aborted; gone += some) some = await audit.forget(atOnce)
    if (gone > 0) log.info({ records: gone }, 'records of the audit were forgotten: their time was over')
  })
