import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRates } from '../../../adapters/limits/rates.ts'

const at = (rate = { perSecond: 2, burst: 3 }, maximum = 100) => {
  let now = 0
  return { rates: createRates(rate, maximum, () => now), pass: (ms: number) => void (now += ms) }
}

describe('a rate', () => {
  test('lets a burst through, then as many as it says, and tells how long to wait', () => {
    const { rates, pass } = at()
    expect([1, 2, 3].map(() => rates.take('a'))).toEqual([0, 0, 0])
    expect(rates.take('a')).toBe(500)
    pass(499)
    expect(rates.take('a')).toBe(1)
    pass(1)
    expect([rates.take('a'), rates.take('a')]).toEqual([0, 500])
  })

  test('of one key is none of another', () => {
    const { rates } = at({ perSecond: 1, burst: 1 })
    expect([rates.take('a'), rates.take('b'), rates.take('a')]).toEqual([0, 0, 1000])
  })

  test('is full again after a pause, and not fuller', () => {
    const { rates, pass } = at()
    rates.take('a')
    pass(3_600_000)
    expect([1, 2, 3, 4].map(() => rates.take('a') === 0)).toEqual([true, true, true, false])
  })

  test('is looked at without being used', () => {
    const { rates } = at({ perSecond: 1, burst: 1 })
    expect([rates.waitMs('a'), rates.waitMs('a'), rates.take('a'), rates.waitMs('a')]).toEqual([0, 0, 0, 1000])
  })

  test('of too many keys forgets the one that was used longest ago', () => {
    const { rates } = at({ perSecond: 1, burst: 1 }, 2)
    for (const key of ['a', 'b', 'a', 'c']) rates.take(key)
    expect([rates.waitMs('a') > 0, rates.waitMs('b') > 0, rates.waitMs('c') > 0]).toEqual([true, false, true])
  })

  test('never lets more through in any time than the burst and what that time brings', () => {
    fc.assert(
      fc.property(
        fc.record({ perSecond: fc.integer({ min: 1, max: 100 }), burst: fc.integer({ min: 1, max: 50 }) }),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 300 }),
        (rate, pauses) => {
          const { rates, pass } = at(rate)
          let time = 0
          let passed = 0
          for (const ms of pauses) {
            pass(ms)
            time += ms
            if (rates.take('a') === 0) passed += 1
            expect(passed).toBeLessThanOrEqual(rate.burst + (time / 1000) * rate.perSecond + 1e-6)
          }
        },
      ),
    )
  })
})
