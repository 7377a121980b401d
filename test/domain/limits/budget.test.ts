import { describe, expect, test } from 'vitest'
import {
  aheadOf,
  averagedOver,
  bucketOf,
  bucketsOf,
  furthestPlaceMs,
  lateMs,
  placesLeft,
  plans,
  readingBounds,
  standBackMs,
  turns,
} from '../../../domain/limits/budget.ts'
import type { Bucket, CallKind, PlanName } from '../../../domain/limits/budget.ts'

const limited = plans.filter((plan) => plan !== 'none')
const kinds: readonly CallKind[] = ['read-clients', 'other']
const bucketFor = (plan: PlanName, kind: CallKind = 'read-clients'): Bucket => {
  const bucket = bucketOf(plan, kind)
  if (bucket === undefined) throw new Error('no limit')
  return bucket
}
const bucket = (burst: number, intervalMs: number): Bucket => ({ name: 'all', burst, intervalMs })

describe('what a plan allows', () => {
  test.each<{ plan: PlanName; kind: CallKind; burst: number; perMinute: number }>([
    { plan: 'free', kind: 'other', burst: 2, perMinute: 120 },
    { plan: 'self-service', kind: 'read-clients', burst: 5, perMinute: 100 },
    { plan: 'self-service', kind: 'other', burst: 10, perMinute: 150 },
    { plan: 'enterprise-non-production', kind: 'other', burst: 10, perMinute: 120 },
    { plan: 'enterprise-production', kind: 'other', burst: 50, perMinute: 960 },
    { plan: 'private-100', kind: 'other', burst: 50, perMinute: 3000 },
    { plan: 'private-500', kind: 'other', burst: 250, perMinute: 15_000 },
  ])('$plan, $kind: $burst at once, $perMinute a minute', ({ plan, kind, burst, perMinute }) => {
    const found = bucketFor(plan, kind)
    expect(found.burst).toBe(burst)
    expect(60_000 / found.intervalMs).toBeCloseTo(perMinute)
  })

  test('reads of clients are counted apart on self-service plans only', () => {
    for (const plan of limited) {
      const names = new Set(kinds.map((kind) => bucketFor(plan, kind).name))
      expect([plan, names.size]).toEqual([plan, plan === 'self-service' ? 2 : 1])
    }
  })

  test('no plan, no limit', () => {
    expect(kinds.map((kind) => bucketOf('none', kind))).toEqual([undefined, undefined])
  })
})

describe('how a bucket is kept', () => {
  test.each([
    { reason: 'all but what is not counted on', burst: 10, ahead: 9 },
    { reason: 'one at least, or nothing would ever be sent', burst: 1, ahead: 1 },
  ])('calls ahead of their places: $reason', ({ burst, ahead }) => {
    expect(aheadOf(bucket(burst, 500))).toBe(ahead)
  })

  test.each([
    { reason: 'within the token that is not counted on', burst: 10, late: 200 },
    { reason: 'not at all where every token is counted on', burst: 1, late: 0 },
  ])('how late a place may be taken: $reason', ({ burst, late }) => {
    expect(lateMs(bucket(burst, 500))).toBe(late)
  })

  test.each([
    { reason: 'five seconds where there are many calls', intervalMs: 20, seconds: 5 },
    { reason: 'twenty calls where there are few', intervalMs: 600, seconds: 12 },
  ])('foreign use is averaged over $reason', ({ intervalMs, seconds }) => {
    expect(averagedOver(bucket(5, intervalMs))).toBe(seconds)
  })

  test('the next place lies no further ahead than an empty bucket takes to fill', () => {
    expect(furthestPlaceMs(bucket(10, 500))).toBe(5000)
  })
})

describe('the order of ranks', () => {
  test.each(limited)('%s: changes first, the background last, and everybody first somewhere', (plan) => {
    const [change, request, background] = (['change', 'request', 'background'] as const).map((rank) =>
      standBackMs(rank, bucketFor(plan)),
    )
    const first = [change, request, background].map((one) => one?.filter((ms) => ms === 0).length ?? 0)
    expect(first.reduce((sum, one) => sum + one, 0)).toBe(turns)
    expect(first[0]).toBeGreaterThan(turns * 0.75)
    expect(Math.min(...first)).toBeGreaterThan(0)
  })

  test.each([
    { reason: 'a fifth of the interval', intervalMs: 500, stepMs: 100 },
    { reason: 'more than a timer may be late', intervalMs: 4, stepMs: 25 },
  ])('each rank leaves those before it $reason', ({ intervalMs, stepMs }) => {
    const [change, request, background] = (['change', 'request', 'background'] as const).map((rank) =>
      standBackMs(rank, bucket(10, intervalMs)),
    )
    expect([change?.[0], request?.[0], background?.[0]]).toEqual([0, stepMs, 2 * stepMs])
  })

  test.each(limited)('%s: as many readings may wait as can be served in time', (plan) => {
    const limits = bucketFor(plan)
    const { all, each } = readingBounds(limits, 5000)
    expect((all - limits.burst) * limits.intervalMs).toBeLessThan(5000 + limits.intervalMs)
    expect((all - limits.burst) * limits.intervalMs).toBeGreaterThanOrEqual(5000)
    expect(each).toBeLessThan(all)
  })

  test.each([
    { reason: 'half of them where there are many', intervalMs: 100, each: 30 },
    { reason: 'as many as are decided on together where there are few', intervalMs: 1000, each: 8 },
  ])('of one caller: $reason', ({ intervalMs, each }) => {
    expect(readingBounds(bucket(10, intervalMs), 5000).each).toBe(each)
  })
})

describe('what is left of a bucket', () => {
  test.each([
    { reason: 'nobody has called for long', nextInMs: -60_000, left: 9 },
    { reason: 'it is full', nextInMs: 0, left: 9 },
    { reason: 'one was taken', nextInMs: 500, left: 8 },
    { reason: 'a part of a place is none', nextInMs: 501, left: 7 },
    { reason: 'all were taken', nextInMs: 5000, left: 0 },
    { reason: 'another clock wrote it', nextInMs: 1e9, left: 0 },
  ])('$reason', ({ nextInMs, left }) => {
    expect(placesLeft(bucket(10, 500), nextInMs)).toBe(left)
  })

  test('each bucket of a plan once', () => {
    expect(bucketsOf('none')).toEqual([])
    expect(bucketsOf('free').map(({ name }) => name)).toEqual(['all'])
    expect(bucketsOf('self-service').map(({ name }) => name)).toEqual(['read-clients', 'other'])
  })
})
