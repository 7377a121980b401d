import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extentOf, repeatsMember } from '../../../domain/texts/json-text.ts'

describe('a member that the top object names twice', () => {
  test.each([
    { reason: 'twice', text: '{"a":1,"a":2}', is: true },
    { reason: 'with white space before the colon', text: '{"a" :1, "a"\n:2}', is: true },
    { reason: 'written otherwise', text: String.raw`{"a":1,"\u0061":2}`, is: true },
    { reason: 'further down only', text: '{"a":{"a":1},"b":{"a":1}}', is: false },
    { reason: 'as a value', text: '{"a":"a","b":"a"}', is: false },
    { reason: 'in a text', text: String.raw`{"a":"\",\"a\":1"}`, is: false },
    { reason: 'in a list', text: '[{"a":1},{"a":1}]', is: false },
    { reason: 'an empty object', text: '{}', is: false },
  ])('$reason', ({ text, is }) => {
    expect(repeatsMember(text)).toBe(is)
  })

  test('is never seen in what JSON.stringify writes, and always when it is written on', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1 }),
        fc.constantFrom(0, 1),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent)
          expect(repeatsMember(text)).toBe(false)
          const [name = ''] = Object.keys(object)
          expect(repeatsMember(`${text.slice(0, -1)},${JSON.stringify(name)}:0}`)).toBe(true)
        },
      ),
    )
  })
})

const inside = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? Object.values(value) : [])

test('the depth of a text is that of its value, and no value is left out', () => {
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...inside(value).map(depth)) : 0
  const count = (value: unknown): number => inside(value).reduce<number>((sum, one) => sum + count(one), 1)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const extent = extentOf(JSON.stringify(value))
      expect(extent.depth).toBe(depth(value))
      expect(extent.values).toBeGreaterThanOrEqual(count(value))
      expect(extent.values).toBeLessThanOrEqual(2 * count(value))
    }),
  )
})
