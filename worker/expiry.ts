import type { Log } from '../adapters/log/log.ts'
import type { Clock } from '../adapters/postgres/clock.ts'
import type { Idempotency } from '../adapters/postgres/idempotency.ts'
import type { Operations } from '../adapters/postgres/operations.ts'
import { believe, believedNow } from '../domain/clock.ts'
import type { Belief } from '../domain/clock.ts'
import { repeat } from './repeat.ts'

interface ExpiryDeps {
  readonly idempotency: Pick<Idempotency, 'expire'>
  readonly operations: Pick<Operations, 'expire'>
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

/**
 * Forgets what is kept of requests for a time only. Runs at once, then every minute.
 *
 * @returns ends it, after the run that is under way
 */
export const startExpiry = ({
  idempotency,
  operations,
  clock,
  log,
  everyMs = 60_000,
}: ExpiryDeps): (() => Promise<void>) => {
  let belief: Belief | undefined
  return repeat(everyMs, 'expiry', log, async () => {
    belief = believe(belief, await clock.read())
    const now = believedNow(belief)
    await idempotency.expire(new Date(now - keysMs))
    await operations.expire(new Date(now - operationsMs))
  })
}
