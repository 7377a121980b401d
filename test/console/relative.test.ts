import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { relativeTo, withTimes } from '../../console/src/ui/relative.ts'

const now = new Date('2026-11-26T12:00:00.000Z')

describe('times as people say them', () => {
  test.each([
    { reason: 'clocks differ by a little', at: '2026-11-26T12:00:03.000Z', said: 'just now' },
    { reason: 'seconds tell nobody anything', at: '2026-11-26T11:59:10.000Z', said: 'just now' },
    { reason: 'what comes is no past', at: '2026-11-26T12:00:40.000Z', said: 'in a moment' },
    { reason: 'whole units only', at: '2026-11-26T10:01:00.000Z', said: '1 hour ago' },
    { reason: 'a day has a word of its own', at: '2026-11-25T11:00:00.000Z', said: 'yesterday' },
    { reason: 'the largest unit that is reached', at: '2027-01-26T12:00:00.000Z', said: 'in 2 months' },
  ])('$reason: $said', ({ at, said }) => {
    expect(relativeTo(now, new Date(at))).toBe(said)
  })
})

describe('times in sentences', () => {
  test.each([
    { reason: 'none', text: 'not confirmed yet', parts: ['not confirmed yet'] },
    {
      reason: 'one at the end',
      text: 'since 2026-11-26T10:01:00.000Z',
      parts: ['since ', { at: '2026-11-26T10:01:00.000Z' }],
    },
    {
      reason: 'one in the middle, without a fraction',
      text: 'from 2026-11-26T10:01:00Z on',
      parts: ['from ', { at: '2026-11-26T10:01:00Z' }, ' on'],
    },
  ])('$reason', ({ text, parts }) => {
    expect(withTimes(text)).toEqual(parts)
  })

  test('nothing of a sentence is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant('2026-11-26T10:01:00.000Z'))), (pieces) => {
        const text = pieces.join('')
        expect(
          withTimes(text)
            .map((part) => (typeof part === 'string' ? part : part.at))
            .join(''),
        ).toBe(text)
      }),
    )
  })
})
