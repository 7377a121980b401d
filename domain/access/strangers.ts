/**
 * Requests without valid credentials. Anybody can send them, as many as they like, so they are counted and not kept one
 * by one: by the network that they came from, and the problem that was answered.
 */
export interface StrangerCount {
  /** An IPv4 address, or the /64 of an IPv6 address; null where it is not known, and of the rest. */
  readonly network: string | null
  /** The code of the problem, or `others`: requests of whatever kind from networks beyond the most that are told apart. */
  readonly reason: string
  readonly count: number
}

/** What the rest is called, where more networks have asked than are told apart. */
const others = 'others'

/**
 * Whom an address belongs to: an IPv4 address is one household or company at least; of IPv6 a /64 is the smallest network
 * that anybody gets, and holds more addresses than could ever be counted.
 *
 * @param address as `isIP` of Node takes it, without a zone; null where it is not known
 */
export const networkOf = (address: string | null): string | null => {
  if (address === null || !address.includes(':')) return address
  // Written in one way only, with an IPv4 part as hexadecimal numbers: `[2001:db8::7]`.
  const [before = '', after = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [first, last] = [groupsOf(before), groupsOf(after)]
  const leftOut = Array.from({ length: 8 - first.length - last.length }, () => '0')
  return `${[...first, ...leftOut, ...last].slice(0, 4).join(':')}::/64`
}

const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))

/** Counts of strangers: never more than `maximum` of them, whoever asks. */
export interface StrangerTally {
  readonly count: (address: string | null, reason: string, times?: number) => void
  /** What was counted since it was last taken. */
  readonly take: () => StrangerCount[]
}

/** @param maximum rows that `take` answers at the most, that of the others included */
export const createStrangerTally = (maximum: number): StrangerTally => {
  let counts = new Map<string, StrangerCount>()
  let beyond = 0
  return {
    count: (address, reason, times = 1) => {
      const network = networkOf(address)
      const key = `${network ?? ''} ${reason}`
      const known = counts.get(key)
      if (reason === others || (known === undefined && counts.size >= maximum - 1)) beyond += times
      else counts.set(key, { network, reason, count: (known?.count ?? 0) + times })
    },
    take: () => {
      const taken = [...counts.values(), ...(beyond === 0 ? [] : [{ network: null, reason: others, count: beyond }])]
      counts = new Map()
      beyond = 0
      return taken
    },
  }
}
