import { verifyMarginMs } from './clock.ts'
import { driftIn } from '../clients/drift.ts'
import { compare, readField, readFields } from '../clients/field-values.ts'
import type { Work } from './plan.ts'
import { ignoredIssues, refusalIssues } from './refusal.ts'
import type { Refusal } from './refusal.ts'
import { extraRounds, readAnswer } from './read-back.ts'
import { backOffMs, verdictOf } from './verdict.ts'
import type { Reply } from './verdict.ts'
import type { Auth0Client, ClientState, PendingChange, Values } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf, pick } from '../vocabulary.ts'

/** From what came back to what is written: one function for each way that a round can end. */

/** A client as the holder of its lease knows it. */
export interface Leased {
  readonly state: ClientState
  /** Tries that have failed in a row. */
  readonly failures: number
  /** Changes up to this generation were refused together, and are tried one by one; null where none are. */
  readonly oneByOneUntil: number | null
  readonly contested: Contested | null
  /**
   * Milliseconds until a call of a former holder can have ended, not negative; null where every former attempt is
   * known to have ended.
   */
  readonly openAttemptMs: number | null
  /** Whether such a call may have written since Auth0 was last read: what it wrote is looked for, and repaired. */
  readonly mayBeLate: boolean
  /** Whether the client has to be read again now. */
  readonly verifyDue: boolean
  /** Whether a reading is put down for that is late enough to be the last one for such a call. */
  readonly lastReadingSet: boolean
}

/** Rounds spent on an answer that differs from what was sent. */
export interface Contested {
  readonly generation: number
  readonly rounds: number
  /** What was observed before the first of them. */
  readonly before: Values
}

/** What came of one pending change. */
export type Outcome =
  | { readonly id: string; readonly status: 'applied'; readonly supersededBy: string | null }
  | { readonly id: string; readonly status: 'rejected'; readonly refusal: Refusal }

/** One step of bringing a client to its desired state, written in one transaction under the lease. */
export interface Settlement {
  /** What Auth0 has just said; left out where it said nothing new. */
  readonly observed?: Auth0Client
  /** Values that are confirmed by this step; they are merged into those that were. */
  readonly confirmed?: Values
  readonly outcomes?: readonly Outcome[]
  readonly oneByOneUntil?: number | null
  readonly contested?: Contested | null
  readonly vanished?: true
  /** The call failed: wait so long before the next. */
  readonly failure?: { readonly reason: string; readonly retryAfterMs: number; readonly countsAsFailure: boolean }
  /** Whether no call of this attempt can still be under way. */
  readonly attemptClosed: boolean
  /** Read the client again after so many milliseconds; null when that has been done. */
  readonly verifyAfterMs?: number | null
  /** Whether an owned field has another value in Auth0 than the one last confirmed. */
  readonly drifted?: boolean
}

/** A call of unknown outcome may have written, or may still write: what was observed before it is not to be trusted. */
export const needsReading = ({ openAttemptMs, verifyDue }: Leased): boolean => openAttemptMs !== null || verifyDue

/** Whether tries failed before this one, which got through: then others that wait need not wait out their time. */
export const isRecovery = ({ failures }: Leased, { failure }: Settlement): boolean =>
  failures > 0 && failure === undefined

/** What is written under the lease, and what has to become a change of its own after it. */
export interface Step extends Settlement {
  readonly undoPartial?: Values
}

/** Auth0 was only read: what it has already is applied, and the rest waits for the next round. */
export const afterReading = (lease: Leased, observed: Auth0Client, work: Work, keys: MetadataKeys): Settlement => {
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
const isDrifted = ({ state }: Leased, confirmed: Values, observed: Auth0Client, keys: MetadataKeys): boolean =>
  driftIn({ ...state, base: { ...state.base, ...confirmed }, observed }, keys).length > 0

/** Auth0 answered 200: it took the values, made something else of them, or left them as they were. */
export const afterAnswer = (
  lease: Leased,
  before: Auth0Client,
  work: Extract<Work, { kind: 'send' }>,
  answer: Auth0Client,
  keys: MetadataKeys,
): Step => {
  const generation = newestGeneration(work.changes)
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
    undoPartial: takenFrom(contested.before, answer, reading.confirmed, keys),
    outcomes: rejected(work.changes, {
      reason: 'ignored',
      detail: 'Auth0 accepted the request but left fields as they were.',
      issues: ignoredIssues(reading.ignored),
    }),
  }
}

/** The generation of the last of some changes; 0 where a round repairs a late write and no change asks for it. */
const newestGeneration = (changes: readonly PendingChange[]): number => changes.at(-1)?.generation ?? 0

/** What stood in Auth0 before the part of a change that it took. */
const takenFrom = (before: Values, answer: Auth0Client, taken: Values, keys: MetadataKeys): Values =>
  pick(
    before,
    pathsOf(taken).filter((path) => compare(before[path], readField(path, answer, keys)) !== 'same'),
  )

/** What has been found out about a failure, beside the answer itself. */
interface Findings {
  /** What a probe of the tenant's credential said; null where the verdict asked for none. */
  readonly credential: 'well' | 'ill' | 'unknown' | null
  /** A number in [0, 1), for the length of a back-off. */
  readonly random: number
  readonly keys: MetadataKeys
}

/**
 * Anything but 200. The verdict alone decides.
 *
 * @param sent what was sent; undefined when it was a reading that failed
 */
export const afterFailure = (
  lease: Leased,
  sent: Extract<Work, { kind: 'send' }> | undefined,
  reply: Extract<Reply<unknown>, { ok: false }>,
  { credential, random, keys }: Findings,
): Settlement => {
  // Where no answer came, the call may still be under way, or have been done; where only a reading failed, what made it
  // necessary still stands, and nothing was written.
  const heard: Settlement =
    sent && reply.status !== null
      ? { attemptClosed: true, ...verification(lease) }
      : { attemptClosed: sent === undefined && !lease.mayBeLate }
  const retry = (reason: string, retryAfterMs: number, countsAsFailure: boolean): Settlement => ({
    ...heard,
    failure: { reason, retryAfterMs, countsAsFailure },
  })
  const backOff = (reason: string): Settlement => retry(reason, backOffMs(lease.failures + 1, random), true)
  const { changes, values } = sent ?? { changes: [], values: {} }
  const refuse = (): Settlement => {
    if (changes.length > 1) return { ...heard, oneByOneUntil: newestGeneration(changes) }
    const issues = refusalIssues(reply.message, values, keys)
    return { ...heard, outcomes: rejected(changes, { reason: 'refused', detail: reply.message, issues }) }
  }
  const verdict = verdictOf(reply)
  switch (verdict.kind) {
    case 'again':
      return retry(verdict.reason, verdict.afterMs, false)
    case 'probe': {
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

const vanished = (lease: Leased): Settlement => ({
  attemptClosed: true,
  verifyAfterMs: null,
  vanished: true,
  outcomes: rejected(lease.state.pending, {
    reason: 'vanished',
    detail: 'The client no longer exists in Auth0.',
    issues: [],
  }),
})

/**
 * A former call of unknown outcome may write until its deadline: the client is read once more after it. A reading before
 * that does not put off the last one, which would never come where the readings follow each other closely.
 */
const verification = (lease: Leased): Pick<Settlement, 'verifyAfterMs'> => {
  if (lease.openAttemptMs !== null)
    return lease.lastReadingSet ? {} : { verifyAfterMs: lease.openAttemptMs + verifyMarginMs }
  return lease.verifyDue ? { verifyAfterMs: null } : {}
}

/** Every change is applied; one whose fields were all named again later in the same call is superseded by the last. */
const applied = (changes: readonly PendingChange[]): Outcome[] =>
  changes.map((change, index) => {
    const later = changes.slice(index + 1)
    const winners = new Set(
      pathsOf(change.values).map((path) => later.findLast(({ values }) => values[path] !== undefined)),
    )
    const last = winners.has(undefined) ? undefined : later.findLast((one) => winners.has(one))
    return { id: change.id, status: 'applied', supersededBy: last?.id ?? null }
  })

const rejected = (
  changes: readonly PendingChange[],
  refusal: Extract<Outcome, { status: 'rejected' }>['refusal'],
): Outcome[] => changes.map(({ id }) => ({ id, status: 'rejected', refusal }))
