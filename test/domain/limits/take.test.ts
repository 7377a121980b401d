import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { take } from '../../../domain/limits/rate.ts'

const rate = { perSecond: 2, burst: 3 }
const now = 10_000

describe('one of a bucket', () => {
  test.each([
    { reason: 'that nobody used', fullAt: undefined, is: { fullAt: now + 500, waitMs: 0 } },
    { reason: 'that has been full for long', fullAt: 1, is: { fullAt: now + 500, waitMs: 0 } },
    { reason: 'the last one', fullAt: now + 1000, is: { fullAt: now + 1500, waitMs: 0 } },
    { reason: 'that is empty', fullAt: now + 1500, is: { fullAt: now + 1500, waitMs: 500 } },
    { reason: 'that will soon have one', fullAt: now + 1001, is: { fullAt: now + 1001, waitMs: 1 } },
  ])('$reason', ({ fullAt, is }) => {
    expect(take(fullAt, now, rate)).toEqual(is)
  })

  test('law: whoever waits as long as is said gets one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 50 }), (fullAt, perSecond) => {
        const { waitMs } = take(fullAt, now, { perSecond, burst: 3 })
        expect(take(fullAt, now + waitMs, { perSecond, burst: 3 }).waitMs).toBe(0)
      }),
    )
  })
})
