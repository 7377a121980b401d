import type { Log } from '../adapters/log/log.ts'
import type { Audit } from '../adapters/postgres/audit.ts'
import type { ApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { Clock } from '../adapters/postgres/database/clock.ts'
import type { Events } from '../adapters/postgres/events/events.ts'
import type { Idempotency } from '../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../adapters/postgres/changes/operations.ts'
import { believe, believedNow } from '../domain/changes/clock.ts'
import type { Belief } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

/** What is kept for a time only, and how it is forgotten. Several workers at it do no harm. */

interface AuditRetentionDeps {
  readonly audit: Pick<Audit, 'forget'>
  readonly clock: Pick<Clock, 'read'>
  readonly log: Log
}

export interface RequestRetentionDeps {
  readonly idempotency: Pick<Idempotency, 'expire'>
  readonly operations: Pick<Operations, 'expire'>
  readonly changes: Pick<Changes, 'expire'>
  readonly events: Pick<Events, 'expire'>
  readonly applyChecks: Pick<ApplyChecks, 'expireEvents'>
  /** Ends sessions of the console whose time is over, and forgets them. */
  readonly expireSessions: (now: Date) => Promise<void>
  /** Milliseconds: how long a settled change can be looked at; how long who looks on may be away, and still be told all. */
  readonly keep: { readonly changesMs: number; readonly eventsMs: number }
  readonly clock: Pick<Clock, 'read'>
  readonly log: Log
  /** How often it runs. */
  readonly everyMs?: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** How far the database's clock may be ahead of what is believed, so that records of the audit are still forgotten. */
const toleratedMs = minuteMs
/** How long the repetition of a request is recognised. */
const keysMs = 24 * hourMs
/** How long an operation can be looked at; its changes stay. */
const operationsMs = 7 * 24 * hourMs
/** What happened to a state is told to whoever comes with an older configuration: so many of the newest. */
const keptEvents = 1000
/** Few enough that nobody waits for the statement. */
const atOnce = 1000

/** Forgets some at a time, until none is left or it is stopped. @returns how many there were */
const forgetAll = async (stopping: AbortSignal, forget: (limit: number) => Promise<number>): Promise<number> => {
  let gone = 0
  for (let some = atOnce; some >= atOnce && !stopping.aborted; gone += some) some = await forget(atOnce)
  return gone
}

/**
 * Forgets records of the audit whose time is over. How long that is, the owner of the table has said. Runs at once, then
 * every hour.
 *
 * @returns ends it, after the statement that is running
 */
export const startAuditRetention = ({ audit, clock, log }: AuditRetentionDeps): (() => Promise<void>) => {
  let belief: Belief | undefined
  return repeat(hourMs, 'forgetting old records of the audit', log, async (stopping) => {
    belief = believe(belief, await clock.read())
    // The database counts by its own clock: while that may be ahead, nothing is forgotten.
    if (belief.last.database - believedNow(belief) > toleratedMs) return
    const gone = await forgetAll(stopping, (limit) => audit.forget(limit))
    if (gone > 0) log.info({ records: gone }, 'audit records were deleted: their retention time is over')
  })
}

/**
 * Forgets what is kept of requests: keys of repetitions, operations, events, sessions of the console, settled changes. Runs
 * at once, then every minute.
 *
 * @returns ends it, after the run that is under way
 */
export const startRequestRetention = ({
  idempotency,
  operations,
  changes,
  events,
  applyChecks,
  expireSessions,
  keep,
  clock,
  log,
  everyMs = minuteMs,
}: RequestRetentionDeps): (() => Promise<void>) => {
  let belief: Belief | undefined
  return repeat(everyMs, 'expiry', log, async (stopping) => {
    belief = believe(belief, await clock.read())
    const now = believedNow(belief)
    await idempotency.expire(new Date(now - keysMs))
    await operations.expire(new Date(now - operationsMs))
    await applyChecks.expireEvents(keptEvents)
    const happenedBefore = new Date(now - keep.eventsMs)
    await forgetAll(stopping, (limit) => events.expire(happenedBefore, limit))
    const settledBefore = new Date(now - keep.changesMs)
    await forgetAll(stopping, (limit) => changes.expire(settledBefore, limit))
    // The last: an issuer may take its time.
    await expireSessions(new Date(now))
  })
}
