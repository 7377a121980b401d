import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alsoSent, kindOf, matching, stepsOf } from '../../console/src/drift/drifted.ts'
import type { DriftedClient } from '../../console/src/drift/drifted.ts'
import { answeredIn, inTurn } from '../../console/src/drift/progress.ts'
import { sidesOf } from '../../console/src/ui/difference/side-lines.ts'

const client = (id: string, name: string, fields: DriftedClient['fields']): DriftedClient => ({
  id,
  name,
  notes: [],
  fields,
})
const callbacks = { field: 'callbackUrls', from: ['https://a.example/'], to: ['https://evil.example/'] } as const
const invoices = client('c-1', 'Invoices', [
  { ...callbacks, from: [...callbacks.from], to: [...callbacks.to], why: 'out-of-band' },
])
const checkout = client('c-2', 'Checkout', [{ field: 'productName', from: 'Shop', to: null, why: 'terraform' }])

describe('which drifted clients are shown', () => {
  test.each([
    { reason: 'nothing is asked', filter: { text: '', kind: '' }, ids: ['c-1', 'c-2'] },
    { reason: 'part of a name, however written', filter: { text: ' INVO', kind: '' }, ids: ['c-1'] },
    { reason: 'part of an id', filter: { text: '-2', kind: '' }, ids: ['c-2'] },
    { reason: 'a kind', filter: { text: '', kind: 'terraform' }, ids: ['c-2'] },
    { reason: 'both have to fit', filter: { text: 'invoices', kind: 'terraform' }, ids: [] },
  ])('$reason', ({ filter, ids }) => {
    expect(matching([invoices, checkout], filter).map(({ id }) => id)).toEqual(ids)
  })

  test('a kind of a newer server has no word here, and is passed over', () => {
    expect([kindOf('reordered'), kindOf('sideways'), kindOf('toString'), kindOf(undefined)]).toEqual([
      'reordered',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('what would be sent', () => {
  test('put back: from what Auth0 has to what was confirmed', () => {
    expect(stepsOf('revert', invoices)).toEqual([
      { field: 'callbackUrls', from: ['https://evil.example/'], to: ['https://a.example/'] },
    ])
  })

  test('accept: what Auth0 has becomes the confirmed value', () => {
    expect(stepsOf('accept', checkout)).toEqual([{ field: 'productName', from: 'Shop', to: null }])
  })

  test.each([
    { reason: 'no plan is known yet', plan: [], fields: [] },
    {
      reason: 'another client waits',
      plan: [client('c-2', 'Checkout', [{ field: 'owners', from: null, to: ['a'] }])],
      fields: [],
    },
    {
      reason: 'a change that waits goes along; a field that drifted is told already',
      plan: [client('c-1', 'Invoices', [{ field: 'owners', from: null, to: ['a'] }, ...invoices.fields])],
      fields: ['owners'],
    },
  ])('$reason', ({ plan, fields }) => {
    const differences = { tenant: 'acme', clients: [...plan], unchanged: 0 }
    expect(alsoSent(differences, invoices).map(({ field }) => field)).toEqual(fields)
  })
})

describe('two values beside each other', () => {
  test.each([
    { reason: 'equal values differ nowhere', left: ['a'], right: ['a'], marks: [[false], [false]] },
    { reason: 'nothing has no line', left: [], right: ['x'], marks: [[], [true]] },
    {
      reason: 'another order differs in as few lines as possible',
      left: ['a', 'b'],
      right: ['b', 'a'],
      marks: [
        [true, false],
        [false, true],
      ],
    },
  ])('$reason', ({ left, right, marks }) => {
    const sides = sidesOf(left, right)
    expect([sides.left, sides.right].map((side) => side.map(({ differs }) => differs))).toEqual(marks)
  })

  test('each side shows its value, whole and in order', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'))
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const sides = sidesOf(left, right)
        expect([sides.left.map(({ text }) => text), sides.right.map(({ text }) => text)]).toEqual([left, right])
      }),
    )
  })
})

describe('many in turn', () => {
  test('each is done once, and never more at once than said', async () => {
    const done: string[] = []
    let [atWork, most] = [0, 0]
    const ids = Array.from({ length: 20 }, (_, index) => String(index))
    await inTurn(
      ids,
      3,
      async (id) => {
        most = Math.max(most, ++atWork)
        await new Promise(setImmediate)
        atWork--
        done.push(id)
      },
      () => false,
    )
    expect([done.toSorted(), most]).toEqual([ids.toSorted(), 3])
  })

  test('once it is stopped, no more are begun', async () => {
    const begun: string[] = []
    await inTurn(
      ['a', 'b', 'c', 'd'],
      2,
      async (id) => void begun.push(id),
      () => begun.length >= 2,
    )
    expect(begun).toEqual(['a', 'b'])
  })

  test('what waits for Auth0 counts as answered: it was accepted', () => {
    const progress = new Map([
      ['a', { kind: 'accepted' }],
      ['b', { kind: 'refused', error: null }],
      ['c', { kind: 'sending' }],
      ['d', { kind: 'queued' }],
    ] as const)
    expect(answeredIn(progress)).toBe(2)
  })
})
