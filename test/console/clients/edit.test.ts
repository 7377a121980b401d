import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldPaths, isList, isSame, linesOf, readFields, valuesOf } from '../../../console/src/clients/fields.ts'
import type { SomeValues, Values } from '../../../console/src/clients/fields.ts'
import { placed } from '../../../console/src/clients/editor/issues.ts'
import { pastedLines, sentPlaces, withMove, withPaste } from '../../../console/src/clients/editor/lines.ts'
import { changedFields, patchOf } from '../../../console/src/clients/editor/patch.ts'
import { fieldPaths as fieldsOfNexus } from '../../../domain/vocabulary.ts'

test('The page has every field that owners may change, once', () => {
  expect(fieldPaths.toSorted()).toEqual([...fieldsOfNexus].toSorted())
})

const none = valuesOf({})

test.each([
  { reason: 'nothing is edited', edits: {}, body: null },
  { reason: 'a field that was only touched is not sent', edits: { productName: 'Billing' }, body: null },
  { reason: 'a line without anything is no edit', edits: { callbackUrls: ['https://a', ' '] }, body: null },
  {
    reason: 'an empty text empties the field: null would leave it',
    edits: { productName: '' },
    body: { productName: '' },
  },
  { reason: 'no lines empty the list', edits: { callbackUrls: [''] }, body: { callbackUrls: [] } },
  { reason: 'the order of lines counts', edits: { owners: ['b', 'a'] }, body: { owners: ['b', 'a'] } },
  {
    reason: 'leaves of mobile go together',
    edits: {
      'mobile.ios.team_id': 'T',
      'mobile.android.keystore_hash': 'AB',
      'mobile.ios.app_bundle_identifier': 'x.y',
    },
    body: { mobile: { ios: { team_id: 'T', app_bundle_identifier: 'x.y' }, android: { keystore_hash: 'AB' } } },
  },
])('An edit is sent as the fields that it changes: $reason', ({ edits, body }) => {
  const base = { ...none, productName: 'Billing', callbackUrls: ['https://a'], owners: ['a', 'b'] }
  expect(patchOf(base, edits)).toEqual(body)
})

const line = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text.trim() !== '')
const value = (list: boolean) => (list ? fc.array(line, { maxLength: 4 }) : fc.option(line))
const whole: fc.Arbitrary<Values> = fc
  .record(Object.fromEntries(fieldPaths.map((path) => [path, value(isList(path))])))
  .map((values) => Object.assign({}, none, values))

test('The patch that is made of an edit, applied to what was, is the edit', () => {
  fc.assert(
    fc.property(whole, whole, fc.subarray([...fieldPaths]), (base, other, touched) => {
      const edits: SomeValues = Object.fromEntries(touched.map((path) => [path, other[path] ?? '']))
      const body = patchOf(base, edits)
      const after = { ...base, ...readFields(body ?? {}) }
      for (const path of fieldPaths) expect(isSame(after[path], edits[path] ?? base[path])).toBe(true)
      // And it names nothing that stays as it is.
      expect(Object.keys(readFields(body ?? {})).toSorted()).toEqual(changedFields(base, edits).toSorted())
    }),
  )
})

test.each([
  { reason: 'lines', text: ' https://a/x \n\r\nhttps://b ', lines: ['https://a/x', 'https://b'] },
  {
    reason: 'commas between absolute URLs',
    text: 'https://a,com.app://b, http://c',
    lines: ['https://a', 'com.app://b', 'http://c'],
  },
  { reason: 'other commas stay', text: 'https://a/x,y?z=1,2', lines: ['https://a/x,y?z=1,2'] },
  { reason: 'nothing', text: ' \n ', lines: [] },
])('What is pasted is read by line: $reason', ({ text, lines }) => {
  expect(pastedLines(text)).toEqual(lines)
})

test.each([
  { reason: 'an empty line is filled', at: 1, lines: ['a', '1', '2', 'c'], last: 2, of: ['a', '', 'c'] },
  { reason: 'after a line that holds something', at: 0, lines: ['a', '1', '2', 'c'], last: 2, of: ['a', 'c'] },
  { reason: 'into no lines at all', at: 0, lines: ['1', '2'], last: 1, of: [] },
])('Lines are pasted: $reason', ({ of, at, lines, last }) => {
  expect(withPaste(of, at, ['1', '2'])).toEqual({ lines, last })
})

test('A line is moved within the list, and nowhere else', () => {
  expect(withMove(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(withMove(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b'])
  for (const to of [-1, 3]) expect(withMove(['a', 'b', 'c'], 1, to)).toEqual(['a', 'b', 'c'])
})

test('Moving a line keeps every line', () => {
  fc.assert(
    fc.property(fc.array(line), fc.nat(9), fc.nat(9), (lines, from, to) => {
      expect(withMove(lines, from, to).toSorted()).toEqual(lines.toSorted())
    }),
  )
})

test('Lines that are sent are those that hold something, in their places', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', '', ' ')), (lines) => {
      expect(sentPlaces(lines).map((place) => lines[place])).toEqual(linesOf(lines))
    }),
  )
})

const refusal = (pointer: string) => ({ pointer, detail: 'No.' })

test.each([
  {
    reason: 'an element is its line, past those without anything',
    pointer: '/callbackUrls/1',
    field: 'callbackUrls',
    line: 2,
  },
  { reason: 'a list as a whole', pointer: '/callbackUrls', field: 'callbackUrls', line: null },
  { reason: 'a leaf of mobile', pointer: '/mobile/ios/team_id', field: 'mobile.ios.team_id', line: null },
  {
    reason: 'an element that is not there is about the whole',
    pointer: '/callbackUrls/9',
    field: 'callbackUrls',
    line: null,
  },
  { reason: 'no field of the page', pointer: '/mobile', field: null, line: null },
  { reason: 'the whole request', pointer: '', field: null, line: null },
] as const)('What is refused is said where it stands: $reason', ({ pointer, field, line }) => {
  const { fields, others } = placed({ refusal: [refusal(pointer)] }, { callbackUrls: ['a', '', 'b'] })
  expect(others).toHaveLength(field === null ? 1 : 0)
  if (field === null) return
  const said = fields.get(field)
  expect([...(said?.lines.keys() ?? [])]).toEqual(line === null ? [] : [line])
  expect(said?.whole).toHaveLength(line === null ? 1 : 0)
})
