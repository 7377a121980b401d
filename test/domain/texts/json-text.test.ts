import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extentOf, pointerTo, repeatsMember, withNumberAt } from '../../../domain/texts/json-text.ts'

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

describe('another number at a member', () => {
  test.each([
    {
      reason: 'of a state',
      text: '{"version":4,"serial":7,"lineage":"a"}',
      is: '{"version":4,"serial":9,"lineage":"a"}',
    },
    { reason: 'with its white space', text: '{\n  "serial" :\n 7 ,"a":1}', is: '{\n  "serial" :\n 9 ,"a":1}' },
    { reason: 'below nothing', text: '{"serial":-7}', is: '{"serial":9}' },
    { reason: 'of many digits', text: '{"serial":12345678901234567890}', is: '{"serial":9}' },
    { reason: 'with a fraction and an exponent', text: '{"serial":7.5e+3}', is: '{"serial":9}' },
    { reason: 'written otherwise', text: String.raw`{"\u0073erial":7}`, is: String.raw`{"\u0073erial":9}` },
    { reason: 'the last of several', text: '{"serial":7,"serial":8}', is: '{"serial":7,"serial":9}' },
    { reason: 'not further down', text: '{"a":{"serial":7},"serial":8}', is: '{"a":{"serial":7},"serial":9}' },
    {
      reason: 'numbers that JavaScript cannot hold stay',
      text: '{"serial":1,"n":1e400}',
      is: '{"serial":9,"n":1e400}',
    },
    { reason: 'of no such member', text: '{"version":4}', is: undefined },
    { reason: 'of a member that is a text', text: '{"serial":"7"}', is: undefined },
    { reason: 'a text before a number', text: '{"serial":"x","serial":7}', is: '{"serial":"x","serial":9}' },
    { reason: 'of no object', text: '[{"serial":7}]', is: undefined },
  ])('$reason', ({ text, is }) => {
    expect(withNumberAt(text, 'serial', 9)).toBe(is)
  })

  test('law: it is read as that number, and everything else as before', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.integer(),
        fc.nat(),
        fc.constantFrom(0, 2),
        (others, before, after, indent) => {
          const object = { ...others, serial: before }
          const text = withNumberAt(JSON.stringify(object, null, indent), 'serial', after)
          expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify({ ...object, serial: after })))
        },
      ),
    )
  })
})

test.each([
  { reason: 'the whole', path: [], pointer: '' },
  { reason: 'a member, an element', path: ['owners', 0], pointer: '/owners/0' },
  { reason: 'a name without letters', path: [''], pointer: '/' },
  { reason: 'a slash and a tilde', path: ['a/b~1'], pointer: '/a~1b~01' },
])('a pointer: $reason', ({ path, pointer }) => {
  expect(pointerTo(path)).toBe(pointer)
})
