import { longestWaitMs } from './verdict.ts'

/**
 * Times in rows are the database's clock, and that clock can be set. What somebody waits for, or measures an age by, has a
 * greatest distance from now: a time beyond it was written by another clock, and is taken back. Every time of the schema
 * stands here, and says what becomes of it.
 */
export interface ClockLimits {
  /** Deadline of a call to Auth0. */
  readonly callMs: number
  /** How long an apply keeps changes waiting. */
  readonly applyWaitMs: number
  /** How long after a scan of the tenant the next one is. */
  readonly scanIntervalMs: number
}

/** How a process takes what it is at: for so long it keeps others out, unless it says again that it is. */
export const claimMs = 60_000
/** A held tenant is probed this often. */
export const probeEveryMs = 30_000
/** A worker says this often which tenants it serves; one that nobody has said for so long is served by none. */
export const servedEveryMs = 10_000
export const unservedAfterMs = 60_000
/** A lease outlasts the deadline of the call made under it. */
export const leaseMs = (callMs: number): number => callMs * 1.5
/** A client whose call may still write is read again so long after its deadline. */
export const verifyMarginMs = 1000
/** Longer than any request with an `Idempotency-Key` may take. */
export const longestRequestMs = 300_000

/**
 * What a time is set to that lies further ahead than it can: due; at its furthest; as if it had never been; or due once
 * nobody holds the state's lock.
 */
export type Remedy = 'now' | 'furthest' | 'never' | 'once-unlocked'

export type StoredTime =
  /** Taken back by the repair: `ms` is how far ahead of now it can lie. */
  | { readonly kind: 'wait'; readonly ms: (limits: ClockLimits) => number; readonly remedy: Remedy }
  /** Judged by the statement that reads it. */
  | { readonly kind: 'judged' }
  /** Told to people, or an end that somebody has set: what the clock said is what counts. */
  | { readonly kind: 'told' }

const wait = (ms: number | ((limits: ClockLimits) => number), remedy: Remedy): StoredTime => ({
  kind: 'wait',
  ms: typeof ms === 'number' ? () => ms : ms,
  remedy,
})
const judged: StoredTime = { kind: 'judged' }
const told: StoredTime = { kind: 'told' }

const caller: Readonly<Record<string, StoredTime>> = {
  secret_made_at: told,
  secret_used_at: told,
  previous_until: told,
  previous_used_at: told,
  expires_at: told,
  disabled_at: told,
  revoked_at: told,
  created_at: told,
}

/** Every time in a row of Nexus, by table and column. A test compares it with the schema. */
export const storedTimes: Readonly<Record<string, Readonly<Record<string, StoredTime>>>> = {
  tenants: {
    paused_at: told,
    held_at: told,
    next_probe_at: wait(probeEveryMs, 'now'),
    next_scan_at: wait(({ scanIntervalMs }) => scanIntervalMs, 'furthest'),
    // Somebody may be at it: they keep what they have, and no longer than they could.
    scan_until: wait(claimMs, 'furthest'),
    // A scan that was asked for is asked for anew, and one that began in the future has not been.
    last_scan_at: wait(0, 'never'),
    scan_asked_at: wait(0, 'now'),
    asked_scan_ended_at: wait(0, 'never'),
    served_at: wait(0, 'never'),
    restored_at: told,
  },
  // The limits of the bucket say it, in the statement that takes a place. What is counted in an hour to come is not told.
  budgets: { next_at: judged, blocked_until: judged, seen_at: judged, throttled_hour: judged },
  clients: {
    // From the future, it says nothing of its age: it counts as old.
    observed_at: judged,
    written_at: judged,
    lease_until: wait(({ callMs }) => leaseMs(callMs), 'furthest'),
    attempt_deadline: wait(({ callMs }) => callMs, 'furthest'),
    previous_attempt_deadline: wait(({ callMs }) => callMs, 'furthest'),
    next_try_at: wait(longestWaitMs, 'now'),
    verify_at: wait(({ callMs }) => callMs + verifyMarginMs, 'furthest'),
    woken_at: wait(0, 'never'),
    vanished_at: told,
    drifted_at: told,
    confirmed_at: told,
    stalled_at: told,
    paused_at: told,
    updated_at: told,
  },
  changes: { accepted_at: told, settled_at: told },
  configured_callers: { used_at: judged },
  terraform_states: {
    serial_moved_at: told,
    locked_at: wait(0, 'now'),
    hold_until: wait(({ applyWaitMs }) => applyWaitMs, 'furthest'),
    check_at: wait(({ applyWaitMs }) => applyWaitMs, 'once-unlocked'),
    check_until: wait(claimMs, 'furthest'),
    looked_at: wait(0, 'never'),
    look_again_at: wait(claimMs, 'now'),
  },
  terraform_state_versions: { written_at: told },
  terraform_requests: { requested_at: told },
  terraform_events: { happened_at: told },
  application_tokens: caller,
  service_accounts: caller,
  // What is forgotten after a time is forgotten by a clock that runs evenly, see `believe`.
  operations: { created_at: judged },
  idempotency_keys: { claimed_until: judged, created_at: judged },
  events: { happened_at: judged },
  console_sessions: {
    created_at: told,
    signed_in_at: told,
    last_seen_at: told,
    ends_at: told,
    access_until: told,
    renewing_until: judged,
  },
  queue_keys: { used_at: told },
  audit: { at: told },
}

/**
 * A clock of the database as a process has seen it: what it said when the process first looked, and how long ago that was
 * by a clock that nobody can set.
 */
export interface ClockReading {
  /** Milliseconds of the database's clock. */
  readonly database: number
  /** Milliseconds of a clock that never goes back. */
  readonly steady: number
}

/** Two clocks that nobody sets differ by less, in milliseconds, from one look to the next. */
const evenWithinMs = 1000

/** How far the database's clock was set between two looks, in milliseconds; 0 where it ran on. */
export const setBy = (before: ClockReading, after: ClockReading): number => {
  const difference = after.database - before.database - (after.steady - before.steady)
  return Math.abs(difference) < evenWithinMs ? 0 : difference
}

/** What a process makes of the database's clock where believing it costs something for good. */
export interface Belief {
  /** From where on time is counted by the steady clock, and the newest reading. */
  readonly base: ClockReading
  readonly last: ClockReading
  /** On the steady clock: since when the database's clock has not been set. */
  readonly evenSince: number
}

/** After so long without being set, the database's clock is believed whatever it says. */
const believedAfterMs = 86_400_000

/** @param belief before this reading; undefined for the first */
export const believe = (belief: Belief | undefined, reading: ClockReading): Belief => {
  if (belief === undefined) return { base: reading, last: reading, evenSince: reading.steady }
  const evenSince = setBy(belief.last, reading) === 0 ? belief.evenSince : reading.steady
  const base = reading.steady - evenSince >= believedAfterMs ? reading : belief.base
  return { base, last: reading, evenSince }
}

/**
 * The latest time that it can be: the database's, but no more after the first reading than has passed since. What is
 * forgotten because a clock was wrong for a minute does not come back.
 */
export const believedNow = ({ base, last }: Belief): number =>
  Math.min(last.database, base.database + (last.steady - base.steady))

/** The age of what was observed: from the future, it could be any. @param ms by the database's clock */
export const ageOf = (ms: number): number => (ms < -evenWithinMs ? Infinity : Math.max(0, ms))
