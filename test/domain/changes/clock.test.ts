import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOf, believe, believedNow, setBy } from '../../../domain/changes/clock.ts'
import type { Belief } from '../../../domain/changes/clock.ts'

const second = 1000
const hour = 3600 * second
const day = 24 * hour

describe("the database's clock", () => {
  const before = { database: 1_000_000, steady: 50_000 }
  test.each([
    { reason: 'it ran on', database: 2 * second, steady: 2 * second, by: 0 },
    { reason: 'a look took a moment longer', database: 2 * second, steady: 2.4 * second, by: 0 },
    { reason: 'it was slewed a little', database: 1.5 * second, steady: 2 * second, by: 0 },
    { reason: 'it was set an hour ahead', database: hour + 2 * second, steady: 2 * second, by: hour },
    { reason: 'it was set a day back', database: 2 * second - day, steady: 2 * second, by: -day },
    { reason: 'it stood still while the process did not', database: 0, steady: 5 * second, by: -5 * second },
  ])('is known to have been set, or not: $reason', ({ database, steady, by }) => {
    expect(setBy(before, { database: before.database + database, steady: before.steady + steady })).toBe(by)
  })

  /** What is believed after steps of so many steady milliseconds, in each of which the clock was set by so many. */
  const after = (steps: readonly (readonly [number, number])[]): { now: number; believed: number } => {
    let reading = before
    let belief: Belief = believe(undefined, reading)
    for (const [steady, setByMs] of steps) {
      reading = { database: reading.database + steady + setByMs, steady: reading.steady + steady }
      belief = believe(belief, reading)
    }
    return { now: reading.database - before.database, believed: believedNow(belief) - before.database }
  }
  test.each([
    {
      reason: 'while it runs evenly',
      steps: [
        [hour, 0],
        [hour, 0],
      ],
      believed: 2 * hour,
    },
    {
      reason: 'not while it is a day ahead',
      steps: [
        [hour, 0],
        [second, day],
        [hour, 0],
      ],
      believed: 2 * hour + second,
    },
    {
      reason: 'again when it is back',
      steps: [
        [second, day],
        [second, -day],
        [hour, 0],
      ],
      believed: hour + 2 * second,
    },
    { reason: 'where it is behind, as it is always safe to wait', steps: [[second, -hour]], believed: second - hour },
    {
      reason: 'at last, when it has run a day without being set',
      steps: [
        [second, 30 * day],
        [day, 0],
      ],
      believed: 31 * day + second,
    },
  ] as const)('is believed $reason', ({ steps, believed }) => {
    expect(after(steps).believed).toBe(believed)
  })

  test('law: within a day of any setting, nothing is believed to be later than time has passed, or than the clock says', () => {
    const step = fc.tuple(
      fc.integer({ min: 1, max: hour }),
      fc.oneof(fc.constant(0), fc.integer({ min: -400 * day, max: 400 * day })),
    )
    const law = fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { now, believed } = after(steps)
      const passed = steps.reduce((sum, [steady]) => sum + steady, 0)
      return believed <= passed && believed <= now
    })
    expect(fc.check(law).failed).toBe(false)
  })

  test.each([
    { reason: 'an observation of a minute ago', ms: 60_000, age: 60_000 },
    { reason: 'one of this moment, by a clock that was slewed', ms: -300, age: 0 },
    { reason: 'one from an hour ahead could be of any age', ms: -hour, age: Infinity },
    { reason: 'one from a day ahead', ms: -day, age: Infinity },
  ])('$reason', ({ ms, age }) => {
    expect(ageOf(ms)).toBe(age)
  })
})
