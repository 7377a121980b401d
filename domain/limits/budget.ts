/** What Auth0 allows each subscription of its Management API. Source: Auth0's documents on rate limits. */
export const plans = [
  'none',
  'free',
  'self-service',
  'enterprise-non-production',
  'enterprise-production',
  'private-100',
  'private-500',
] as const
export type PlanName = (typeof plans)[number]

/** A token bucket: `burst` calls at once, then one every `intervalMs`. */
export interface Bucket {
  readonly name: string
  readonly burst: number
  readonly intervalMs: number
}

/** Which kind of call it is: self-service plans count reads of clients apart from everything else. */
export type CallKind = 'read-clients' | 'other'

const bucket = (name: string, burst: number, perSecond: number): Bucket => ({
  name,
  burst,
  intervalMs: 1000 / perSecond,
})
const one = (burst: number, perSecond: number): Readonly<Record<CallKind, Bucket>> => {
  const all = bucket('all', burst, perSecond)
  return { 'read-clients': all, other: all }
}

const buckets: Readonly<Record<Exclude<PlanName, 'none'>, Readonly<Record<CallKind, Bucket>>>> = {
  free: one(2, 2),
  'self-service': { 'read-clients': bucket('read-clients', 5, 100 / 60), other: bucket('other', 10, 150 / 60) },
  'enterprise-non-production': one(10, 2),
  'enterprise-production': one(50, 16),
  'private-100': one(50, 50),
  'private-500': one(250, 250),
}

/** The bucket that a call is drawn from; undefined where the plan sets no limit. */
export const bucketOf = (plan: PlanName, kind: CallKind): Bucket | undefined =>
  plan === 'none' ? undefined : buckets[plan][kind]

/** Calls that go ahead of their places: the burst, without what is not counted on. */
export const aheadOf = ({ burst }: Bucket): number => Math.max(1, burst - pacing.slack)

/** Calls that may be made at once, as far as ours go. @param nextInMs how far ahead the next free place lies */
export const placesLeft = (bucket: Bucket, nextInMs: number): number =>
  Math.max(0, Math.floor(aheadOf(bucket) - Math.max(0, nextInMs) / bucket.intervalMs))

/** The buckets of a plan; none where it sets no limit. */
export const bucketsOf = (plan: PlanName): readonly Bucket[] => [
  ...new Set((['read-clients', 'other'] as const).flatMap((kind) => bucketOf(plan, kind) ?? [])),
]

/** How late a place may be taken and still count from when it was due, in milliseconds: within what is not counted on. */
export const lateMs = (bucket: Bucket): number =>
  bucket.intervalMs * Math.min(pacing.lateShare, bucket.burst - aheadOf(bucket))

/** How the budget of a bucket is kept; each number with its reason. */
export const pacing = {
  /** Tokens never counted on: calls that were sent apart may arrive together, and Auth0 counts whole tokens. */
  slack: 1,
  /** Tokens left to others once they have been noticed, so that their next call does not meet an empty bucket. */
  reserve: 3,
  /** The largest share of the burst that the reserve may take: a small bucket has none to give. */
  reserveShare: 0.2,
  /** Foreign use counts as noticed from this share of the rate on; below it is noise. */
  noticed: 0.05,
  /** The largest share of the rate that is ever left to others: a budget never comes to a standstill by an estimate. */
  yielded: 0.9,
  /** What a rank leaves to those before it, as a share of the interval for each of them. */
  stepShare: 0.2,
  /** A place that is taken so late, as a share of the interval, still counts from when it was due. */
  lateShare: 0.4,
  /** Time over which foreign use is averaged, in seconds, or in tokens where the rate is low. */
  averageSeconds: 5,
  averageTokens: 20,
} as const

/** Seconds over which the foreign use of a bucket is averaged. */
export const averagedOver = ({ intervalMs }: Bucket): number =>
  Math.max(pacing.averageSeconds, (pacing.averageTokens * intervalMs) / 1000)

/**
 * Who may go first where a tenant's limit binds. Changes do; requests that have to read Auth0 come next, and what runs in
 * the background last. The order holds between processes too, which know of each other only by the bucket.
 */
export type Rank = 'change' | 'request' | 'background'

/** Places of a bucket come round in turns of so many: what each rank is sure of, however much the others ask for. */
export const turns = 16

const order = (...ranks: readonly [Rank, Rank, Rank]) => ranks
const usual = order('change', 'request', 'background')
const exceptions: Readonly<Record<number, readonly [Rank, Rank, Rank]>> = {
  3: order('request', 'change', 'background'),
  7: order('background', 'change', 'request'),
  11: order('request', 'change', 'background'),
}

/**
 * Milliseconds that a rank leaves a place to the others once it has fallen due, for each turn. Nobody takes a place before
 * it is due, so nobody's waiting keeps one from those who come later; whoever is first in the order of a turn finds it
 * untouched.
 */
export const standBackMs = (rank: Rank, { intervalMs }: Bucket): readonly number[] => {
  // Long enough that a process which waits for the same moment is not overtaken because its timer was late.
  const step = Math.max(25, intervalMs * pacing.stepShare)
  return Array.from({ length: turns }, (_, turn) => (exceptions[turn] ?? usual).indexOf(rank) * step)
}

/**
 * The furthest that the next place can lie ahead by the limits of a bucket, in milliseconds: when it is empty. What is
 * stored beyond that was written by another clock than the present one.
 */
export const furthestPlaceMs = ({ burst, intervalMs }: Bucket): number => burst * intervalMs

/** A list of changes is decided on so many at a time: that much one caller may always ask for together. */
const togetherOfOne = 8

/**
 * How many readings for requests may wait for a place, of a tenant and of one caller there, in each process: those that can
 * be served before the patience of a request is over. More would only wait in vain.
 */
export const readingBounds = ({ burst, intervalMs }: Bucket, patienceMs: number) => {
  const all = Math.ceil(patienceMs / intervalMs) + Math.floor(burst)
  return { all, each: Math.max(togetherOfOne, Math.ceil(all / 2)) }
}
