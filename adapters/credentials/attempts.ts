import { createHash } from 'node:crypto'
import { networkOf } from '../../domain/access/strangers.ts'
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
/** Addresses that are known of one name, so that nobody can crowd out those of others. */
const knownOfName = 256

/** A sign-in that counts as failed until it has succeeded. */
export interface Attempt {
  /** Where it comes from, as far as sign-ins are told apart: an IPv4 address, or the /64 of an IPv6 address. */
  readonly network: string
  /** Whether the name has signed in from there within a day. */
  readonly known: boolean
  readonly succeeded: () => void
  /** It was not looked at: it counts for nothing. */
  readonly dropped: () => void
}

/**
 * Slows guessing down, by network address and by name. Whoever guesses must not be able to lock others out: so only
 * failures count, what is compared at once is never asked about, and an address from which a name has signed in before is
 * heard whatever comes from elsewhere in that name, and whatever others at that address do.
 */
export interface Attempts {
  /**
   * Before a password is looked at that costs work to verify: whoever is refused costs none.
   *
   * @throws TooManyAttempts
   */
  readonly begin: (address: string | null, name: string) => Attempt
  /** A password was right, without work. */
  readonly signedIn: (address: string | null, name: string) => void
  /**
   * Credentials were found not to be valid, without work.
   *
   * @param name where they had one
   * @throws TooManyAttempts in place of one more 401
   */
  readonly failed: (address: string | null, name?: string) => void
}

/** Names are as long as a caller likes. */
const keyOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64')

/** Names with the networks from which they have signed in lately, at most so many of each and of all. */
const createKnown = (now: () => number) => {
  /** By name, the network that was used last at the end. */
  const names = new Map<string, Map<string, number>>()
  let size = 0
  const forgetOldest = (name: string): void => {
    const networks = names.get(name)
    const [oldest] = networks?.keys() ?? []
    if (networks === undefined || oldest === undefined) return
    networks.delete(oldest)
    size -= 1
    if (networks.size === 0) names.delete(name)
  }
  return {
    has: (name: string, network: string): boolean => (names.get(name)?.get(network) ?? 0) > now(),
    add: (name: string, network: string): void => {
      const networks = names.get(name) ?? new Map<string, number>()
      // Taken out first, so that a map's order of insertion is the order of use.
      names.delete(name)
      names.set(name, networks)
      if (!networks.delete(network)) size += 1
      networks.set(network, now() + knownMs)
      if (networks.size > knownOfName) forgetOldest(name)
      const [longestUnused] = names.keys()
      if (size > remembered && longestUnused !== undefined) forgetOldest(longestUnused)
    },
  }
}

/** @param now milliseconds */
export const createAttempts = (now: () => number, limits: AttemptLimits = defaultAttemptLimits): Attempts => {
  const addresses = createRates({ perSecond: perSecond.ofAddress, burst: limits.ofAddress }, remembered, now)
  const names = createRates({ perSecond: perSecond.ofName, burst: limits.ofName }, remembered, now)
  const known = createKnown(now)
  return {
    begin: (address, name) => {
      const network = networkOf(address) ?? ''
      const key = keyOf(name)
      const isKnown = known.has(key, network)
      const waitMs = isKnown ? 0 : Math.max(addresses.waitMs(network), names.waitMs(key))
      if (waitMs > 0) throw new TooManyAttempts(waitMs)
      const taken = [addresses.take(network) === 0, names.take(key) === 0] as const
      const dropped = (): void => {
        if (taken[0]) addresses.giveBack(network)
        if (taken[1]) names.giveBack(key)
      }
      const succeeded = (): void => {
        dropped()
        known.add(key, network)
      }
      return { network, known: isKnown, succeeded, dropped }
    },
    signedIn: (address, name) => known.add(keyOf(name), networkOf(address) ?? ''),
    failed: (address, name) => {
      const waitMs = Math.max(
        addresses.take(networkOf(address) ?? ''),
        name === undefined ? 0 : names.take(keyOf(name)),
      )
      if (waitMs > 0) throw new TooManyAttempts(waitMs)
    },
  }
}
