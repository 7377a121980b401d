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
