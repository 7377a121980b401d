import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined, list, text } from '../../../domain/clients/field-kinds.ts'
import type { About, Field } from '../../../domain/clients/field-kinds.ts'
import type { Value } from '../../../domain/vocabulary.ts'

const about: About = { greatest: 'label', description: 'x', example: null }
const kinds = {
  list: list(['callbacks'], about),
  'list in metadata': list(['client_metadata', 'owners'], about),
  text: text(['mobile', 'ios', 'team_id'], about),
  'text in metadata': text(['client_metadata', 'product_name'], about),
  joined: joined(['mobile', 'android', 'sha256_cert_fingerprints'], about),
} as const satisfies Readonly<Record<string, Field>>

describe('a raw value is read', () => {
  test.each<{ kind: keyof typeof kinds; reason: string; raw: unknown; value: Value }>([
    { kind: 'list', reason: 'as it is', raw: ['a', 'b'], value: ['a', 'b'] },
    { kind: 'list', reason: 'an empty one stays a list', raw: [], value: [] },
    { kind: 'list', reason: 'what is no text is left out', raw: ['a', 7, null], value: ['a'] },
    { kind: 'list', reason: 'a text is no list', raw: 'a', value: null },
    { kind: 'list', reason: 'absent', raw: undefined, value: null },
    { kind: 'list in metadata', reason: 'a JSON array', raw: '["a","b, c"]', value: ['a', 'b, c'] },
    { kind: 'list in metadata', reason: 'with white space before it', raw: ' ["a"]', value: ['a'] },
    { kind: 'list in metadata', reason: 'what is no text is left out', raw: '["a",7]', value: ['a'] },
    { kind: 'list in metadata', reason: 'as a person types it', raw: ' a, b ,,c', value: ['a', 'b', 'c'] },
    { kind: 'list in metadata', reason: 'what only begins like JSON', raw: '[a, b', value: ['[a', 'b'] },
    {
      kind: 'list in metadata',
      reason: 'JSON that is no array is typed by a person',
      raw: '{"a":1}',
      value: ['{"a":1}'],
    },
    { kind: 'list in metadata', reason: 'a number in quotes is a text', raw: '7', value: ['7'] },
    { kind: 'list in metadata', reason: 'nothing', raw: '', value: [] },
    { kind: 'list in metadata', reason: 'a list, which metadata cannot hold', raw: ['a'], value: null },
    { kind: 'text', reason: 'as it is', raw: ' a ', value: ' a ' },
    { kind: 'text', reason: 'an empty one is none', raw: '', value: null },
    { kind: 'text', reason: 'a number is none', raw: 7, value: null },
    { kind: 'text in metadata', reason: 'as it is', raw: 'Shop', value: 'Shop' },
    { kind: 'joined', reason: 'one', raw: ['AA'], value: 'AA' },
    { kind: 'joined', reason: 'several', raw: ['AA', 'BB'], value: 'AA,BB' },
    { kind: 'joined', reason: 'none', raw: [], value: null },
    { kind: 'joined', reason: 'absent', raw: undefined, value: null },
    { kind: 'joined', reason: 'a text, which Auth0 never has there', raw: 'AA', value: null },
  ])('$kind: $reason', ({ kind, raw, value }) => {
    expect(kinds[kind].decode(raw)).toEqual(value)
  })
})

test.each<{ kind: keyof typeof kinds; cleared: unknown }>([
  { kind: 'list', cleared: [] },
  { kind: 'list in metadata', cleared: null },
  { kind: 'text', cleared: '' },
  { kind: 'text in metadata', cleared: null },
  { kind: 'joined', cleared: undefined },
])('what empties it in Auth0: $kind', ({ kind, cleared }) => {
  expect(kinds[kind].cleared).toEqual(cleared)
})

describe('law: what is written is read back', () => {
  const element = fc.string({ minLength: 1 })
  const lists = fc.array(element, { minLength: 1 })
  const words = fc.array(fc.stringMatching(/^[^,]+$/), { minLength: 1 }).map((several) => several.join())
  test.each<{ kind: keyof typeof kinds; values: fc.Arbitrary<NonNullable<Value>> }>([
    { kind: 'list', values: lists },
    { kind: 'list in metadata', values: lists },
    { kind: 'text', values: element },
    { kind: 'text in metadata', values: element },
    { kind: 'joined', values: words },
  ])('$kind', ({ kind, values }) => {
    const { encode, decode } = kinds[kind]
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value)
      }),
    )
  })
})
