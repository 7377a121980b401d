import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { keptName, KeptText, KeptTime, momentOf } from '../../../domain/texts/kept.ts'

describe('a moment', () => {
  test.each([
    { reason: 'as it is', text: '2026-01-31T08:00:00Z', moment: '2026-01-31T08:00:00Z' },
    { reason: 'in UTC', text: '2026-01-31T08:00:00+01:30', moment: '2026-01-31T06:30:00Z' },
    {
      reason: 'the zone takes it into another year',
      text: '2026-01-01T00:30:00+01:00',
      moment: '2025-12-31T23:30:00Z',
    },
    { reason: 'microseconds stay', text: '2026-01-31T08:00:00.123456Z', moment: '2026-01-31T08:00:00.123456Z' },
    { reason: 'what is finer is cut off', text: '2026-01-31T08:00:00.9999999Z', moment: '2026-01-31T08:00:00.999999Z' },
    { reason: 'the zone that is furthest', text: '2026-01-31T14:00:00+14:00', moment: '2026-01-31T00:00:00Z' },
    { reason: 'the same to the west', text: '2026-01-31T08:00:00-14:00', moment: '2026-01-31T22:00:00Z' },
    { reason: 'minutes of a zone', text: '2026-01-31T14:00:00+13:59', moment: '2026-01-31T00:01:00Z' },
    { reason: 'the first', text: '0001-01-01T00:00:00Z', moment: '0001-01-01T00:00:00Z' },
    { reason: 'the last', text: '9999-12-31T23:59:59.999999Z', moment: '9999-12-31T23:59:59.999999Z' },
    { reason: 'a day that is only in leap years', text: '2024-02-29T00:00:00Z', moment: '2024-02-29T00:00:00Z' },
  ])('$reason', ({ text, moment }) => {
    expect(momentOf(text)).toBe(moment)
    expect(KeptTime.parse(text)).toBe(moment)
  })

  test.each([
    { reason: 'a year that is none', text: '0000-01-01T00:00:00Z' },
    { reason: 'before the first by its zone', text: '0001-01-01T00:00:00+00:01' },
    { reason: 'after the last by its zone', text: '9999-12-31T23:59:59-00:01' },
    { reason: 'no month, day, hour', text: '9999-99-99T99:99:99.999999Z' },
    { reason: 'no such day', text: '2026-02-30T00:00:00Z' },
    { reason: 'no leap year', text: '2100-02-29T00:00:00Z' },
    { reason: 'the end of a day is the beginning of the next', text: '2026-01-31T24:00:00Z' },
    { reason: 'a leap second', text: '2016-12-31T23:59:60Z' },
    { reason: 'a zone that is a minute too far', text: '2026-01-31T08:00:00+14:01' },
    { reason: 'the same to the west', text: '2026-01-31T08:00:00-14:01' },
    { reason: 'something before it', text: 'x2026-01-31T08:00:00Z' },
    { reason: 'something behind it on the line', text: '2026-01-31T08:00:00Zx' },
    { reason: 'more digits than anybody measures', text: `2026-01-31T08:00:00.${'1'.repeat(31)}Z` },
    { reason: 'a zone that is nowhere', text: '2026-01-31T08:00:00+23:59' },
    { reason: 'one hour that is none', text: '2026-01-31T08:00:00+99:99' },
    { reason: 'no zone', text: '2026-01-31T08:00:00' },
    { reason: 'no seconds', text: '2026-01-31T08:00Z' },
    { reason: 'a year of six digits', text: '+010000-01-01T00:00:00Z' },
    { reason: 'before our era', text: '-000001-01-01T00:00:00Z' },
    { reason: 'what PostgreSQL knows as times', text: 'infinity' },
    { reason: 'the same', text: 'now' },
    { reason: 'something behind it', text: '2026-01-31T08:00:00Z\n' },
    { reason: 'other digits', text: '２０２６-01-31T08:00:00Z' },
    { reason: 'nothing', text: '' },
  ])('$reason is none: $text', ({ text }) => {
    expect(momentOf(text)).toBeUndefined()
    expect(KeptTime.safeParse(text).success).toBe(false)
  })

  test('is the moment that was written, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (date, zone) => {
          const local = new Date(date.getTime() + zone * 60_000).toISOString().slice(0, -1)
          const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60]
          const offset = `${zone < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
          expect(momentOf(`${local}${offset}`)).toBe(date.toISOString())
        },
      ),
    )
  })
})

test('what is no time is told how one looks', () => {
  const { error } = KeptTime.safeParse('tomorrow')
  expect(error?.issues.map(({ message }) => message)).toEqual([expect.stringMatching(/with its zone such as 2026-/)])
  expect(z.toJSONSchema(KeptTime, { io: 'input' })).toMatchObject({ type: 'string', format: 'date-time' })
})

describe('a text that is kept', () => {
  test.each([
    { reason: 'U+0000', text: 'a\0b' },
    { reason: 'the first half of a pair', text: 'a\ud83d' },
    { reason: 'the second half', text: '\ude00a' },
    { reason: 'both in the wrong order', text: '\ude00\ud83d' },
  ])('$reason is refused', ({ text }) => {
    expect([KeptText.safeParse(text).success, keptName('label').safeParse(text).success]).toEqual([false, false])
  })

  test.each(['a', 'Übung 😀', '\u0001', '\uffff', '\u202e'])('%j is not', (text) => {
    expect([KeptText.parse(text), keptName('label').parse(text)]).toEqual([text, text])
  })
})
