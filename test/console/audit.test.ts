import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cellOf, csvOf } from '../../console/src/audit/csv.ts'
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

describe('a file for a spreadsheet', () => {
  test.each([
    { reason: 'nothing', value: null, cell: '' },
    { reason: 'a formula is a text', value: '=HYPERLINK("x")', cell: `"'=HYPERLINK(""x"")"` },
    { reason: 'so are what other spreadsheets take for one', value: '@SUM(1)', cell: "'@SUM(1)" },
    { reason: 'a number is no formula', value: -1, cell: '-1' },
    { reason: 'a comma', value: 'a,b', cell: '"a,b"' },
    { reason: 'a line break', value: 'a\nb', cell: '"a\nb"' },
  ])('$reason', ({ value, cell }) => {
    expect(cellOf(value)).toBe(cell)
  })

  test('no cell begins as a formula does, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(cellOf(text)).not.toMatch(/^"?[=+\-@\t\r]/)
      }),
    )
  })

  test('each record is a line below the names of its columns', () => {
    const record = {
      id: 1,
      at: '2026-11-26T00:00:00.000000Z',
      tenantId: 'acme',
      actor: null,
      address: '127.0.0.1',
      requestId: null,
      action: 'pause',
      target: null,
      changeId: null,
      outcome: 'refused',
      reason: 'forbidden',
      missing: 'tenant.admin',
      count: null,
    } as const
    expect(csvOf([record])).toBe(
      'id,at,tenant,kind,actor,application,address,request,action,target,change,outcome,reason,missing,count\r\n' +
        '1,2026-11-26T00:00:00.000000Z,acme,,,,127.0.0.1,,pause,,,refused,forbidden,tenant.admin,\r\n',
    )
  })
})
