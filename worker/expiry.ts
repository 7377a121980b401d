import type { Log } from '../adapters/log/log.ts'
import type { ApplyChecks } from '../adapters/postgres/terraform/apply-checks.ts'
import type { Changes } from '../adapters/postgres/changes/changes.ts'
import type { Clock } from '../adapters/postgres/database/clock.ts'
import type { Idempotency } from '../adapters/postgres/changes/idempotency.ts'
import type { Operations } from '../adapters/postgres/changes/operations.ts'
import { believe, believedNow } from '../domain/changes/clock.ts'
import type { Belief } from '../domain/changes/clock.ts'
import { repeat } from './repeat.ts'

interface ExpiryDeps {
  readonly idempotency: Pick<Idempotency, 'expire'>
  readonly operations: Pick<Operations, 'expire'>
  readonly changes: Pick<Changes, 'expire'>
  readonly applyChecks: Pick<ApplyChecks, 'expireEvents'>
  /** How long a settled change can be looked at, milliseconds: as long as its record in the audit. */
  readonly keepMs: number
  readonly clock: Pick<Clock, 'read'>
  readonly log: Log
  /** How often it runs. */
  readonly everyMs?: number
}

const hourMs = 3_600_000
/** How long the repetition of a request is recognised. */
const keysMs = 24 * hourMs
/** How long an operation can be looked at; its changes stay. */
const operationsMs = 7 * 24 * hourMs
/** What happened to a state is told to whoever comes with an older configuration: so many of the newest. */
const keptEvents = 1000
/** Few enough that nobody waits for the statement. */
const atOnce = 1000

/**
 * Forgets what is kept of requests for a time only. Runs at once, then every minute.
 *
 * @returns ends it, after the run that is under way
 */
export const startExpiry = ({
  idempotency,
  operations,
  changes,
  applyChecks,
  keepMs,
  clock,
  log,
  everyMs = 60_000,
}: ExpiryDeps): (() => Promise<void>) => {
  let belief: Belief | undefined
  return repeat(everyMs, 'expiry', log, async (stopping) => {
    belief = believe(belief, await clock.read())
    const now = believedNow(belief)
    await idempotency.expire(new Date(now - keysMs))
    await operations.expire(new Date(now - operationsMs))
    await applyChecks.expireEvents(keptEvents)
    const settledBefore = new Date(now - keepMs)
    for (let some = atOnce; some === atOnce && !stopping.aborted;) some = await changes.expire(settledBefore, atOnce)
  })
}
