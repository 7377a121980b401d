import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterOf } from '../../console/src/audit/filter.ts'
import { isoOf, localOf } from '../../console/src/ui/local-time.ts'

describe('what of the audit is asked for', () => {
  test.each([
    { reason: 'nothing', query: '', filter: {} },
    {
      reason: 'what the API knows',
      query: 'actor=auth0|ann&action=pause',
      filter: { actor: 'auth0|ann', action: 'pause' },
    },
    { reason: 'an action that there is not', query: 'action=fly&outcome=maybe', filter: {} },
    { reason: 'what every object has is no action', query: 'action=toString', filter: {} },
    { reason: 'a time that is none', query: 'since=yesterday', filter: {} },
    { reason: 'other members of the address are not ours', query: 'cursor=x&limit=5', filter: {} },
  ])('$reason', ({ query, filter }) => {
    expect(filterOf(new URLSearchParams(query))).toEqual(filter)
  })

  test('a time goes to an input and back, to the minute', () => {
    // Hours that come twice, as clocks are set back, are told apart by no input.
    const minutes = fc.date({ min: new Date('2026-06-01'), max: new Date('2026-08-01'), noInvalidDate: true })
    fc.assert(
      fc.property(minutes, (at) => {
        at.setUTCSeconds(0, 0)
        expect(isoOf(localOf(at.toISOString()))).toBe(at.toISOString())
      }),
    )
    expect([localOf(undefined), isoOf('')]).toEqual(['', ''])
  })
})
