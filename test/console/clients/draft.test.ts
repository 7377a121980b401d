import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conflictsIn, draftAfter, newDraft } from '../../../console/src/clients/editor/draft.ts'
import type { Draft, Step } from '../../../console/src/clients/editor/draft.ts'
import { mergeLists } from '../../../console/src/clients/editor/merge.ts'
import { changedFields } from '../../../console/src/clients/editor/patch.ts'
import { valuesOf } from '../../../console/src/clients/fields.ts'
import type { SomeValues } from '../../../console/src/clients/fields.ts'
import { differenceOf } from '../../../console/src/ui/difference/lines.ts'

const version = (values: SomeValues, etag = 'next') => ({ values: { ...valuesOf({}), ...values }, etag })
const start = newDraft(version({ callbackUrls: ['a', 'b'], productName: 'Billing' }, 'first'))
const after = (...steps: readonly Step[]): Draft => steps.reduce(draftAfter, start)
const typed = (field: 'callbackUrls' | 'productName', value: readonly string[] | string): Step => ({
  kind: 'typed',
  field,
  value,
})
const arrived = (values: SomeValues): Step => ({
  kind: 'arrived',
  version: version({ callbackUrls: ['a', 'b'], productName: 'Billing', ...values }),
})

test.each([
  { mine: 'abX', theirs: 'abY', merged: 'abXY', reason: 'both have added' },
  { mine: 'a', theirs: 'abY', merged: 'aY', reason: 'what I took away is gone, what they added is there' },
  { mine: 'Xab', theirs: 'b', merged: 'Xb', reason: 'a line at the top stays there' },
  { mine: 'aXb', theirs: 'bYa', merged: 'bYaX', reason: 'a line follows the one that it followed' },
  { mine: 'ba', theirs: 'ab', merged: 'ba', reason: 'only I have moved lines' },
  { mine: '', theirs: '', merged: '', reason: 'both have emptied it' },
])('Two edits of one list become one: $reason', ({ mine, theirs, merged }) => {
  expect(mergeLists(['a', 'b'], mine.split(''), theirs.split('')).join('')).toBe(merged)
})

test('A merged list has what either side added, nothing that either took away, and each line once', () => {
  const lines = fc.uniqueArray(fc.constantFrom(...'abcdefgh'.split('')))
  fc.assert(
    fc.property(lines, lines, lines, (base, mine, theirs) => {
      const merged = mergeLists(base, mine, theirs)
      const expected = 'abcdefgh'.split('').filter((each) => {
        const [was, here, there] = [base, mine, theirs].map((side) => side.includes(each))
        return was ? here && there : [here, there].includes(true)
      })
      expect(merged.toSorted()).toEqual(expected)
    }),
  )
})

test('What others have changed elsewhere comes in, and the edit stays', () => {
  const draft = after(typed('callbackUrls', ['a', 'b', 'c']), arrived({ productName: 'Search' }))
  expect(conflictsIn(draft)).toEqual([])
  expect(draft.base.etag).toBe('next')
  expect(draft.base.values.productName).toBe('Search')
  expect(draft.edits.callbackUrls).toEqual(['a', 'b', 'c'])
  expect(draft.moved).toEqual(['productName'])
})

test('What others have changed to the same is no conflict, and no edit any more', () => {
  const draft = after(typed('callbackUrls', ['a']), arrived({ callbackUrls: ['a'] }))
  expect(conflictsIn(draft)).toEqual([])
  expect(draft.edits).toEqual({})
})

test('A field that was only touched follows what others make of it', () => {
  const draft = after(typed('callbackUrls', ['a', 'b', '']), arrived({ callbackUrls: ['a'] }))
  expect(draft.edits).toEqual({})
})

test('A conflict shows both sides, and waits for a choice; nothing is lost', () => {
  const steps = [typed('callbackUrls', ['a', 'b', 'mine']), arrived({ callbackUrls: ['a', 'b', 'theirs'] })]
  const draft = after(...steps)
  expect(conflictsIn(draft)).toEqual([
    {
      field: 'callbackUrls',
      base: ['a', 'b'],
      mine: ['a', 'b', 'mine'],
      theirs: ['a', 'b', 'theirs'],
      merged: ['a', 'b', 'mine', 'theirs'],
    },
  ])
  expect(draft.base.etag).toBe('first')
  const chosen = after(...steps, { kind: 'resolved', choices: { callbackUrls: ['a', 'b', 'mine', 'theirs'] } })
  expect(chosen.base.etag).toBe('next')
  expect(changedFields(chosen.base.values, chosen.edits)).toEqual(['callbackUrls'])
  const theirs = after(...steps, { kind: 'resolved', choices: { callbackUrls: ['a', 'b', 'theirs'] } })
  expect(changedFields(theirs.base.values, theirs.edits)).toEqual([])
})

test('A conflict is over when the edit is taken back, or all of them', () => {
  const steps = [typed('callbackUrls', ['mine']), typed('productName', 'Mine'), arrived({ callbackUrls: ['theirs'] })]
  const reset = after(...steps, { kind: 'reset', field: 'callbackUrls' })
  expect([reset.base.etag, reset.theirs, reset.edits]).toEqual(['next', null, { productName: 'Mine' }])
  const discarded = after(...steps, { kind: 'discarded' })
  expect([discarded.base.etag, discarded.edits]).toEqual(['next', {}])
})

test('A second change by others while a conflict stands is shown against what both began with', () => {
  const draft = after(typed('productName', 'Mine'), arrived({ productName: 'One' }), arrived({ productName: 'Two' }))
  expect(conflictsIn(draft)).toMatchObject([{ base: 'Billing', mine: 'Mine', theirs: 'Two' }])
})

test('What was typed while a change was being saved stays', () => {
  const sent = { callbackUrls: ['a'], productName: 'Search' }
  const draft = after(typed('callbackUrls', ['a']), typed('productName', 'Search 2'), {
    kind: 'saved',
    version: version(sent),
    sent,
  })
  expect(draft.edits).toEqual({ productName: 'Search 2' })
})

test('Values of a refused change are filled in where nobody edits', () => {
  const values = { productName: 'Refused', callbackUrls: ['refused'] }
  const was = version({ callbackUrls: ['a', 'b'], productName: 'Billing' }, 'back')
  const draft = after(
    { kind: 'saved', version: version(values, 'accepted'), sent: values },
    typed('productName', 'Mine'),
    { kind: 'refused', version: was, values },
  )
  // What was typed meanwhile was typed over the refused value: nobody else has changed anything.
  expect([conflictsIn(draft), draft.moved, draft.base]).toEqual([[], [], was])
  expect(draft.edits).toEqual({ productName: 'Mine', callbackUrls: ['refused'] })
})

test.each([
  { reason: 'nothing has moved: it is an edit to what was', after: ['a', 'b'], edits: ['a'], conflicts: 0 },
  { reason: 'others have added a line since: both are shown', after: ['a', 'c'], edits: ['a'], conflicts: 1 },
])('A change is undone: $reason', ({ after: made, edits, conflicts }) => {
  const draft = after({ kind: 'undoing', before: { callbackUrls: ['a'] }, after: { callbackUrls: made } })
  expect(conflictsIn(draft)).toHaveLength(conflicts)
  expect(draft.edits.callbackUrls).toEqual(edits)
})

test('Nothing is left to undo where the field is what it was before', () => {
  const draft = after({ kind: 'undoing', before: { callbackUrls: ['a', 'b'] }, after: { callbackUrls: ['x'] } })
  expect([conflictsIn(draft), changedFields(draft.base.values, draft.edits)]).toEqual([[], []])
})

test.each([
  { before: 'abc', after: 'abXc', marks: '  + ' },
  { before: 'abc', after: 'ac', marks: ' - ' },
  { before: '', after: 'ab', marks: '++' },
  { before: 'ab', after: 'ba', marks: '- +' },
  { before: 'abc', after: 'abc', marks: '   ' },
])('The difference of $before and $after', ({ before, after: now, marks }) => {
  expect(
    differenceOf(before.split(''), now.split(''))
      .map(({ mark }) => mark)
      .join(''),
  ).toBe(marks)
})

test('A difference leads from one to the other', () => {
  const lines = fc.array(fc.constantFrom(...'abcd'.split('')))
  fc.assert(
    fc.property(lines, lines, (before, now) => {
      const difference = differenceOf(before, now)
      const side = (not: string) => difference.filter(({ mark }) => mark !== not).map(({ text }) => text)
      expect([side('+'), side('-')]).toEqual([before, now])
    }),
  )
})
