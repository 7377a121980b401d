/**
 * Who is next where few can be served at a time: those who are known, each with a queue of their own, and strangers, who
 * share what is left evenly by where they come from, and there by the name that they give.
 */
export interface Comer {
  readonly lane: Lane
  /** Where they come from: whoever sends many from one place waits for themselves. */
  readonly source: string
  readonly name: string
}

const lanes = ['known', 'stranger'] as const
type Lane = (typeof lanes)[number]

export interface TurnLimits {
  /** Served at the same time. */
  readonly running: number
  /** Waiting at the same time, in each lane. */
  readonly waiting: number
}

/**
 * How many had been served when a lane, a source of it or a name there last was. Whoever comes anew takes a place behind
 * all who wait already, but for those just served: so newcomers without end keep nobody waiting for ever.
 */
export type LastServed = (...of: readonly string[]) => number

/** Strangers leave a place free, so that who is known never waits for all of them. */
const mostOf = (lane: Lane, { running }: TurnLimits): number =>
  lane === 'stranger' ? Math.max(1, running - 1) : running

/** The first of those for which `rank` is least. */
const least = <T>(items: readonly T[], rank: (item: T) => number): T | undefined =>
  items.reduce<T | undefined>((best, item) => (best === undefined || rank(item) < rank(best) ? item : best), undefined)

/**
 * @param waiting in the order of arrival
 * @param running those who are being served
 * @returns who is served next; undefined where nobody may be now
 */
export const nextTurn = <C extends Comer>(
  waiting: readonly C[],
  running: readonly Comer[],
  limits: TurnLimits,
  lastServed: LastServed,
): C | undefined => {
  if (running.length >= limits.running) return undefined
  const runningIn = (lane: Lane): number => running.filter((one) => one.lane === lane).length
  const open = lanes.filter(
    (lane) => runningIn(lane) < mostOf(lane, limits) && waiting.some((one) => one.lane === lane),
  )
  const fewest = Math.min(...open.map(runningIn))
  const lane = least(
    open.filter((one) => runningIn(one) === fewest),
    (one) => lastServed(one),
  )
  const inLane = waiting.filter((one) => one.lane === lane)
  const source = least(inLane, (one) => lastServed(one.lane, one.source))?.source
  return least(
    inLane.filter((one) => one.source === source),
    (one) => lastServed(one.lane, one.source, one.name),
  )
}

/**
 * Who has to go where one more has come than may wait: the last in the longest queue, which may be who has just come.
 *
 * @param waiting in the order of arrival, the newcomer last
 * @returns undefined where there is room for all
 */
export const displaced = <C extends Comer>(waiting: readonly C[], { waiting: most }: TurnLimits): C | undefined => {
  const newcomer = waiting.at(-1)
  const inLane = waiting.filter((one) => one.lane === newcomer?.lane)
  if (inLane.length <= most) return undefined
  return longest(
    longest(inLane, ({ source }) => source),
    ({ name }) => name,
  ).at(-1)
}

/** The largest group; of several the one whose last member came last. */
const longest = <C>(items: readonly C[], by: (item: C) => string): readonly C[] => {
  const groups = [...Map.groupBy(items, by).values()]
  const size = Math.max(0, ...groups.map((group) => group.length))
  const last = (group: readonly C[]): number => items.findLastIndex((item) => item === group.at(-1))
  return (
    least(
      groups.filter((group) => group.length === size),
      (group) => -last(group),
    ) ?? []
  )
}
