/** What came back from one call to Auth0, without anything of the SDK. */
export type Reply<Body> =
  | { readonly ok: true; readonly body: Body; readonly rate: RateReading }
  | ({ readonly ok: false; readonly rate: RateReading } & Failure)

/** A call that did not succeed. `status` is null where no answer came: network, timeout, an answer cut short. */
export interface Failure {
  readonly status: number | null
  /** Auth0's `errorCode`, only where the answer has Auth0's four-member error shape. */
  readonly errorCode: string | null
  /** Whether the answer has Auth0's error shape: a proxy's page is not Auth0. */
  readonly fromAuth0: boolean
  /** Auth0's words, secrets stripped; for people, never for decisions. */
  readonly message: string
  /** Seconds of a `Retry-After` header; null where there is none. */
  readonly retryAfter: number | null
}

/** The rate limit headers of an answer; null members where it had none. */
export interface RateReading {
  readonly remaining: number | null
  /** Seconds from the answer's own `Date` to the reset, so that two clocks never mix. */
  readonly resetIn: number | null
}

/** What follows from a call: one of four, and for the last one what has ended. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly afterMs: number; readonly reason: 'rate-limited' }
  | { readonly kind: 'back-off'; readonly reason: string }
  | { readonly kind: 'terminal'; readonly reason: 'refused' | 'vanished' }
  /** The credential may be ill: probe the tenant before anything is said of the change. */
  | { readonly kind: 'probe'; readonly reason: string }

/** The longest that anything waits before Auth0 is asked again, whatever an answer or a clock says. */
export const longestWaitMs = 300_000

/**
 * The one place where an answer becomes a decision: from status, shape and `errorCode`, never from message text.
 *
 * 400 is terminal only in Auth0's error shape, 404 only with `inexistent_client`: a proxy's pages are not Auth0.
 * 401: the adapter has already tried one new token, so the tenant is probed; 403 likewise.
 */
export const verdictOf = (reply: Reply<unknown>): Verdict => {
  if (reply.ok) return { kind: 'done' }
  const { status, fromAuth0, errorCode } = reply
  switch (status ?? 0) {
    case 400:
    case 409:
    case 422:
      if (fromAuth0) return { kind: 'terminal', reason: 'refused' }
      break
    case 404:
      if (fromAuth0 && errorCode === 'inexistent_client') return { kind: 'terminal', reason: 'vanished' }
      break
    case 401:
    case 403:
      return { kind: 'probe', reason: `Auth0 answered ${status}` }
    case 429: {
      const wait = reply.retryAfter ?? reply.rate.resetIn ?? 1
      return { kind: 'again', afterMs: Math.min(Math.max(wait, 0.05) * 1000, longestWaitMs), reason: 'rate-limited' }
    }
    default:
  }
  return { kind: 'back-off', reason: status === null ? reply.message : `Auth0 answered ${status}` }
}

/** Tries after which a client that cannot be brought to its desired state is called stalled. It is still tried. */
export const stalledAfter = 10

/**
 * Milliseconds before the next try: exponential from one second to five minutes, with full jitter over its upper half.
 *
 * @param failures tries that have failed in a row, from 1
 * @param random a number in [0, 1)
 */
export const backOffMs = (failures: number, random: number): number => {
  const ceiling = Math.min(longestWaitMs, 1000 * 2 ** Math.min(failures - 1, 20))
  return Math.round(ceiling * (0.5 + random / 2))
}
