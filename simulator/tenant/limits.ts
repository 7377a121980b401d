/** A token bucket: `burst` at once, refilled by `perSecond`. */
type Bucket = { burst: number; perSecond: number }
type Reading = 'clients-read' | 'other'
type Plan = Record<Reading, Bucket> | Bucket

// The Management API's limits, documented. Self-service plans count reading clients apart from everything else.
const plans = {
  free: { burst: 2, perSecond: 2 },
  'self-service': {
    'clients-read': { burst: 5, perSecond: 100 / 60 },
    other: { burst: 10, perSecond: 150 / 60 },
  },
  'enterprise-non-production': { burst: 10, perSecond: 2 },
  'enterprise-production': { burst: 50, perSecond: 16 },
  'private-100': { burst: 50, perSecond: 50 },
  'private-500': { burst: 250, perSecond: 250 },
  none: { burst: 1_000_000, perSecond: 1_000_000 },
} satisfies Record<string, Plan>

export type Limits = keyof typeof plans | Bucket | { 'clients-read': Bucket; other: Bucket }

/** What taking from a bucket gave: whether the call may pass, and the three headers that every answer carries. */
type Taken = { passed: boolean; headers: Record<string, string> }

class TokenBucket {
  readonly #size: Bucket
  #tokens: number
  #at: number

  constructor(size: Bucket, now: number) {
    this.#size = size
    this.#tokens = size.burst
    this.#at = now
  }

  /** Takes one token at `now` (ms). Another tool of the tenant draws `foreign` calls a second from the same bucket. */
  take(now: number, foreign: number): Taken {
    const seconds = Math.max(0, now - this.#at) / 1000
    const { burst, perSecond } = this.#size
    this.#at = now
    this.#tokens = Math.min(burst, Math.max(0, this.#tokens + seconds * (perSecond - foreign)))
    const passed = this.#tokens >= 1
    if (passed) this.#tokens -= 1
    // The next token's time, in whole epoch seconds. With a greedy foreign client the header promises too much, as Auth0's does.
    const wait = this.#tokens >= 1 ? 0 : (1 - this.#tokens) / perSecond
    return {
      passed,
      headers: {
        'x-ratelimit-limit': String(burst),
        'x-ratelimit-remaining': String(Math.floor(this.#tokens)),
        'x-ratelimit-reset': String(Math.ceil(now / 1000 + wait)),
      },
    }
  }
}

export type RateLimit = { take: (readsClients: boolean, foreign: number) => Taken }

/** The tenant's buckets. The clock is the wall clock in ms, as the reset header is. */
export const rateLimit = (limits: Limits, now: () => number = Date.now): RateLimit => {
  const plan: Plan = typeof limits === 'string' ? plans[limits] : limits
  const start = now()
  if (!('other' in plan)) {
    const bucket = new TokenBucket(plan, start)
    return { take: (_readsClients, foreign) => bucket.take(now(), foreign) }
  }
  const reading = new TokenBucket(plan['clients-read'], start)
  const other = new TokenBucket(plan.other, start)
  return { take: (readsClients, foreign) => (readsClients ? reading : other).take(now(), foreign) }
}
