import type { Lease, Outcome, Settlement } from '../adapters/postgres/leases.ts'
import { verifyMarginMs } from '../domain/clock.ts'
import { driftOf, pendingPaths } from '../domain/desired.ts'
import { compare, readField, readFields } from '../domain/fields.ts'
import { ignoredIssues, refusalIssues } from '../domain/refusal.ts'
import { extraRounds, readAnswer } from '../domain/settle.ts'
import { backOffMs, verdictOf } from '../domain/verdict.ts'
import type { Reply } from '../domain/verdict.ts'
import type { Auth0Client, MetadataKeys, PendingChange, Values } from '../domain/vocabulary.ts'
import { omit, pathsOf, pick } from '../domain/vocabulary.ts'
import type { Health } from './health.ts'
import type { Work } from './work.ts'

/** From what came back to what is written: one function for each way that a round can end. */

/** What is written under the lease, and what has to become a change of its own after it. */
export interface Step extends Settlement {
  readonly putBack?: Values
}

/** Auth0 was only read: what it has already is applied, and the rest waits for the next round. */
export const afterReading = (lease: Lease, observed: Auth0Client, work: Work, keys: MetadataKeys): Settlement => {
  const confirmed = work.kind === 'settled' ? work.values : {}
  return {
    observed,
    confirmed,
    attemptClosed: true,
    drifted: isDrifted(lease, confirmed, observed, keys),
    ...verification(lease),
    ...(work.kind === 'settled' ? { outcomes: applied(work.changes) } : {}),
  }
}

/** Whether a field that no pending change names differs from its confirmed value. */
const isDrifted = ({ state }: Lease, confirmed: Values, observed: Auth0Client, keys: MetadataKeys): boolean =>
  driftOf(omit({ ...state.base, ...confirmed }, pendingPaths(state.pending)), observed, keys).length > 0

/** Auth0 answered 200: it took the values, made something else of them, or left them as they were. */
export const afterAnswer = (
  lease: Lease,
  before: Auth0Client,
  work: Extract<Work, { kind: 'send' }>,
  answer: Auth0Client,
  keys: MetadataKeys,
): Step => {
  const generation = work.changes.at(-1)?.generation ?? 0
  const contested =
    lease.contested?.generation === generation
      ? lease.contested
      : { generation, rounds: 0, before: readFields(before, keys) }
  const reading = readAnswer(work.values, contested.before, answer, extraRounds - contested.rounds, keys)
  // Of a change that is rejected nothing counts as confirmed.
  const confirmed =
    reading.kind === 'taken' || (reading.kind === 'settled' && reading.ignored.length === 0) ? reading.confirmed : {}
  const drifted = isDrifted(lease, confirmed, answer, keys)
  const heard = { observed: answer, drifted, attemptClosed: true, ...verification(lease) } as const
  if (reading.kind === 'again') return { ...heard, contested: { ...contested, rounds: contested.rounds + 1 } }
  if (reading.kind === 'taken' || reading.ignored.length === 0)
    return { ...heard, contested: null, confirmed, outcomes: applied(work.changes) }
  if (work.changes.length > 1) return { ...heard, contested: null, oneByOneUntil: generation }
  return {
    ...heard,
    contested: null,
    putBack: takenFrom(contested.before, answer, reading.confirmed, keys),
    outcomes: rejected(work.changes, {
      reason: 'ignored',
      detail: 'Auth0 accepted the request but left fields as they were.',
      issues: ignoredIssues(reading.ignored),
    }),
  }
}

/** What stood in Auth0 before the part of a change that it took. */
const takenFrom = (before: Values, answer: Auth0Client, taken: Values, keys: MetadataKeys): Values =>
  pick(
    before,
    pathsOf(taken).filter((path) => compare(before[path], readField(path, answer, keys)) !== 'same'),
  )

/** What has to be asked to understand a failure. */
export interface FailureDeps {
  readonly health: Health
  readonly keysOf: (tenantId: string) => MetadataKeys
}

/**
 * Anything but 200. The verdict alone decides.
 *
 * @param sent what was sent; undefined when it was a reading that failed
 */
export const afterFailure = async (
  { health, keysOf }: FailureDeps,
  lease: Lease,
  sent: Extract<Work, { kind: 'send' }> | undefined,
  reply: Extract<Reply<unknown>, { ok: false }>,
): Promise<Settlement> => {
  // Where no answer came, the call may still be under way, or have been done; where only a reading failed, what made it
  // necessary still stands.
  const heard: Settlement =
    sent && reply.status !== null ? { attemptClosed: true, ...verification(lease) } : { attemptClosed: false }
  const retry = (reason: string, retryAfterMs: number, countsAsFailure: boolean): Settlement => ({
    ...heard,
    failure: { reason, retryAfterMs, countsAsFailure },
  })
  const backOff = (reason: string): Settlement => retry(reason, backOffMs(lease.failures + 1, Math.random()), true)
  const { changes, values } = sent ?? { changes: [], values: {} }
  const refuse = (): Settlement => {
    const [last] = changes.slice(-1)
    if (changes.length > 1 && last !== undefined) return { ...heard, oneByOneUntil: last.generation }
    const issues = refusalIssues(reply.message, values, keysOf(lease.key.tenantId))
    return { ...heard, outcomes: rejected(changes, { reason: 'refused', detail: reply.message, issues }) }
  }
  const verdict = verdictOf(reply)
  switch (verdict.kind) {
    case 'again':
      return retry(verdict.reason, verdict.afterMs, false)
    case 'probe': {
      const credential = await health.probe(lease.key.tenantId, verdict.reason)
      if (credential === 'ill') return retry('the tenant is held', 0, false)
      const refused = credential === 'well' && reply.status === 403 && reply.fromAuth0 && changes.length > 0
      return refused ? refuse() : backOff(verdict.reason)
    }
    case 'terminal':
      if (verdict.reason === 'vanished') return vanished(lease)
      return changes.length === 0 ? backOff('Auth0 refused what no change asked for') : refuse()
    case 'back-off':
      return backOff(verdict.reason)
    case 'done':
      throw new Error('A failed call cannot be done.')
  }
}

const vanished = (lease: Lease): Settlement => ({
  attemptClosed: true,
  verifyAfterMs: null,
  vanished: true,
  outcomes: rejected(lease.state.pending, {
    reason: 'vanished',
    detail: 'The client no longer exists in Auth0.',
    issues: [],
  }),
})

/** A former call of unknown outcome may write until its deadline: the client is read once more after it. */
const verification = (lease: Lease): Pick<Settlement, 'verifyAfterMs'> => {
  if (lease.openAttemptMs !== null) return { verifyAfterMs: lease.openAttemptMs + verifyMarginMs }
  return lease.verifyDue ? { verifyAfterMs: null } : {}
}

/** Every change is applied; one whose fields were all named again later in the same call is superseded by the last. */
const applied = (changes: readonly PendingChange[]): Outcome[] =>
  changes.map((change, index) => {
    const later = changes.slice(index + 1)
    const winners = pathsOf(change.values).map((path) => later.findLast(({ values }) => values[path] !== undefined))
    const superseded = winners.length > 0 && winners.every((winner) => winner !== undefined)
    return { id: change.id, status: 'applied', supersededBy: superseded ? (winners.at(-1)?.id ?? null) : null }
  })

const rejected = (
  changes: readonly PendingChange[],
  refusal: Extract<Outcome, { status: 'rejected' }>['refusal'],
): Outcome[] => changes.map(({ id }) => ({ id, status: 'rejected', refusal }))
