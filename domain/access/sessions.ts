/**
 * How long a session of the console lasts. Times are the database's, so that all processes agree; durations are
 * milliseconds.
 */
export interface SessionTimes {
  /** When the issuer last saw the person sign in, which may be before the session began. */
  readonly signedInAt: Date
  readonly createdAt: Date
  /** When the person last did something, written down once a minute. */
  readonly lastSeenAt: Date
  /** When it ends whatever the person does. */
  readonly endsAt: Date
}

export interface SessionRules {
  readonly idleMs: number
  readonly atMostMs: number
}

const minuteMs = 60_000

/** How young a sign-in must be for what could not be undone, or shows a secret. */
const freshMs = 5 * minuteMs

/** Sessions of one user: with one more, the one that was used longest ago ends. */
export const sessionsOfUser = 20

/** A token is renewed so long before its end: no request that is under way meets it. */
export const renewBeforeMs = minuteMs

/** A token is sent only where it lasts at least so long: the request has to arrive. */
const goodForMs = 5000

const later = (time: Date, ms: number): Date => new Date(time.getTime() + ms)
const earlier = (one: Date, other: Date): Date => (one < other ? one : other)

/** When a session ends, by itself and for want of use, and until when its sign-in counts as fresh. */
export const boundsOf = (
  { signedInAt, lastSeenAt, endsAt }: SessionTimes,
  { idleMs }: Pick<SessionRules, 'idleMs'>,
) => ({
  idleUntil: earlier(later(lastSeenAt, idleMs), endsAt),
  expiresAt: endsAt,
  freshUntil: earlier(later(signedInAt, freshMs), endsAt),
})

/**
 * Whether a session has ended. One that begins in the future ended too: a clock was set back, and nobody knows how long it
 * would last.
 */
export const hasEnded = (session: SessionTimes, now: Date, rules: Pick<SessionRules, 'idleMs'>): boolean =>
  now >= boundsOf(session, rules).idleUntil || later(now, minuteMs) < session.createdAt

/** Whether the sign-in is young enough for what asks for a fresh one. */
export const isFresh = ({ signedInAt }: SessionTimes, now: Date): boolean => now < later(signedInAt, freshMs)

/** Whether it is to be written down that the session is used. */
export const isUseDue = ({ lastSeenAt }: SessionTimes, now: Date): boolean => now >= later(lastSeenAt, minuteMs)

/** Whether a token that ends at a time should be renewed by now, and whether it is still good. */
export const isRenewalDue = (until: Date, now: Date): boolean => later(now, renewBeforeMs) >= until
export const isGood = (until: Date, now: Date): boolean => later(now, goodForMs) < until
