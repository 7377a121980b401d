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
  /** Time over which foreign use is averaged, in seconds, or in tokens where the rate is low. */
  averageSeconds: 5,
  averageTokens: 20,
} as const

/** Seconds over which the foreign use of a bucket is averaged. */
export const averagedOver = ({ intervalMs }: Bucket): number =>
  Math.max(pacing.averageSeconds, (pacing.averageTokens * intervalMs) / 1000)
