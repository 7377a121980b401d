import { createHash } from 'node:crypto'
import { createRates } from '../limits/rates.ts'
import { TooManyAttempts } from './errors.ts'

/** How many sign-ins may fail at once: a person mistypes a few times, a broken program a few hundred. */
export interface AttemptLimits {
  readonly ofAddress: number
  readonly ofName: number
}

const defaultAttemptLimits: AttemptLimits = { ofAddress: 1000, ofName: 500 }

/** And how many a second from then on: a guesser goes on all day. */
const perSecond = { ofAddress: 1, ofName: 0.2 }
const remembered = 10_000
/** How long an address from which a name has signed in is known as its own. */
const knownMs = 24 * 3_600_000

/**
 * Slows guessing down, by network address and by name. Whoever guesses must not be able to lock others out: so only
 * failures count, good tokens are never asked, and an address from which a name has signed in before is heard whatever
 * comes from elsewhere in that name, and whatever others at that address do.
 */
export interface Attempts {
  /** @throws TooManyAttempts where a password is not even to be looked at */
  readonly hear: (address: string | null, name: string) => void
  readonly succeeded: (address: string | null, name: string) => void
  /** The password of that name was wrong, or there is no such name. */
  readonly wrong: (name: string) => void
  /** Credentials of whatever kind were not valid. @throws TooManyAttempts in place of one more 401 */
  readonly failed: (address: string | null) => void
}

/** Names are as long as a caller likes. */
const keyOf = (...parts: readonly (string | null)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64')

/** @param now milliseconds */
export const createAttempts = (now: () => number, limits: AttemptLimits = defaultAttemptLimits): Attempts => {
  const addresses = createRates({ perSecond: perSecond.ofAddress, burst: limits.ofAddress }, remembered, now)
  const names = createRates({ perSecond: perSecond.ofName, burst: limits.ofName }, remembered, now)
  const known = new Map<string, number>()
  return {
    hear: (address, name) => {
      if ((known.get(keyOf(address, name)) ?? 0) > now()) return
      const waitMs = Math.max(addresses.waitMs(address ?? ''), names.waitMs(keyOf(name)))
      if (waitMs > 0) throw new TooManyAttempts(waitMs)
    },
    succeeded: (address, name) => {
      const pair = keyOf(address, name)
      // Taken out first, so that a map's order of insertion is the order of use.
      known.delete(pair)
      known.set(pair, now() + knownMs)
      const [oldest] = known.keys()
      if (known.size > remembered && oldest !== undefined) known.delete(oldest)
    },
    wrong: (name) => {
      names.take(keyOf(name))
    },
    failed: (address) => {
      const waitMs = addresses.take(address ?? '')
      if (waitMs > 0) throw new TooManyAttempts(waitMs)
    },
  }
}
