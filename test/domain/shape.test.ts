import { expect, test } from 'vitest'
import { isPlain, isRecord, recordOf, textOf, textsOf } from '../../domain/shape.ts'

test.each([
  { raw: 'a', text: 'a', texts: null, record: false },
  { raw: '', text: '', texts: null, record: false },
  { raw: ['a', 7, null, 'b'], text: null, texts: ['a', 'b'], record: false },
  { raw: [], text: null, texts: [], record: false },
  { raw: { a: 1 }, text: null, texts: null, record: true },
  { raw: null, text: null, texts: null, record: false },
  { raw: undefined, text: null, texts: null, record: false },
  { raw: 7, text: null, texts: null, record: false },
])('what $raw is', ({ raw, text, texts, record }) => {
  expect([textOf(raw), textsOf(raw), isRecord(raw)]).toEqual([text, texts, record])
  expect(recordOf(raw)).toEqual(record ? raw : {})
})

test.each([
  { text: 'a', plain: true },
  { text: 'é😀', plain: true },
  { text: 'a\u0000', plain: false },
  { text: '\ud83d', plain: false },
])('whether a text can be kept: $text', ({ text, plain }) => {
  expect(isPlain(text)).toBe(plain)
})
