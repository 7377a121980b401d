import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOf, believe, believedNow, leaseMs, setBy, storedTimes } from '../../../domain/changes/clock.ts'
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
    {
      reason: 'it was set by as much as two clocks never differ',
      database: 3 * second,
      steady: 2 * second,
      by: second,
    },
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
      reason: 'not on the day after it was set, however long it had run evenly',
      steps: [
        [20 * hour, 0],
        [second, 30 * day],
        [10 * hour, 0],
      ],
      believed: 30 * hour + second,
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
    { reason: 'one that is as far ahead as two clocks may be', ms: -second, age: 0 },
    { reason: 'one that is further ahead', ms: -second - 1, age: Infinity },
    { reason: 'one from an hour ahead could be of any age', ms: -hour, age: Infinity },
    { reason: 'one from a day ahead', ms: -day, age: Infinity },
  ])('$reason', ({ ms, age }) => {
    expect(ageOf(ms)).toBe(age)
  })
})

describe('the times in rows', () => {
  test('each of the schema says what becomes of it, once', () => {
    const schema = readFileSync(new URL('../../../docs/reference/schema.sql', import.meta.url), 'utf8')
    const columns = schema.split('create table ').flatMap((table) => {
      const [name = ''] = table.split(' ', 1)
      return [...table.matchAll(/^ {2}(\w+) timestamp/gm)].map(([, column]) => `${name}.${column}`)
    })
    const named = Object.entries(storedTimes).flatMap(([table, times]) =>
      Object.keys(times).map((column) => `nexus.${table}.${column}`),
    )
    expect(named.toSorted()).toEqual(columns.toSorted())
  })

  // Each limit another number, so that none can stand in another's place.
  const limits = { callMs: 10_000, applyWaitMs: 900_000, scanIntervalMs: 600_000 }
  test('none of those that somebody waits for lies further ahead than it can', () => {
    const waits = Object.values(storedTimes).flatMap((times) =>
      Object.entries(times).flatMap(([column, time]) =>
        time.kind === 'wait' ? [[column, `${time.ms(limits)} ${time.remedy}`] as const] : [],
      ),
    )
    expect(Object.fromEntries(waits)).toEqual({
      next_probe_at: '30000 now',
      next_scan_at: '600000 furthest',
      scan_until: '60000 furthest',
      last_scan_at: '0 never',
      scan_asked_at: '0 now',
      asked_scan_ended_at: '0 never',
      served_at: '0 never',
      lease_until: '15000 furthest',
      attempt_deadline: '10000 furthest',
      previous_attempt_deadline: '10000 furthest',
      next_try_at: '300000 now',
      verify_at: '11000 furthest',
      woken_at: '0 never',
      locked_at: '0 now',
      hold_until: '900000 furthest',
      check_at: '900000 once-unlocked',
      check_until: '60000 furthest',
      looked_at: '0 never',
      look_again_at: '60000 now',
    })
  })

  test.each([
    { reason: 'judged by the statement that reads it', table: 'clients', column: 'observed_at', kind: 'judged' },
    { reason: 'judged by the limits of its bucket', table: 'budgets', column: 'blocked_until', kind: 'judged' },
    { reason: 'told to people', table: 'audit', column: 'at', kind: 'told' },
    { reason: 'an end that somebody has set', table: 'service_accounts', column: 'expires_at', kind: 'told' },
  ])('not all are taken back: $reason', ({ table, column, kind }) => {
    expect(storedTimes[table]?.[column]?.kind).toBe(kind)
  })

  test('a lease outlasts the call that is made under it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: hour }), (callMs) => {
        expect(leaseMs(callMs)).toBeGreaterThan(callMs)
      }),
    )
  })
})
