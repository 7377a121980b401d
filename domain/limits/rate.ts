/** How often something may happen: in the long run, and at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * Takes one from a bucket, if there is one: the generic cell rate algorithm, so that a bucket is a single number.
 *
 * @param fullAt when the bucket is full again, in milliseconds of the clock of `now`; undefined for one that nobody used
 * @returns when it is full again now, and how long to wait until there is one: 0 where one was taken
 */
export const take = (
  fullAt: number | undefined,
  now: number,
  { perSecond, burst }: Rate,
): { readonly fullAt: number; readonly waitMs: number } => {
  const intervalMs = 1000 / perSecond
  const from = Math.max(fullAt ?? now, now)
  // Not more than a burst may be missing afterwards.
  const waitMs = from + intervalMs - now - burst * intervalMs
  return waitMs > 0.001 ? { fullAt: from, waitMs } : { fullAt: from + intervalMs, waitMs: 0 }
}
