import fc from 'fast-check'
import { expect, test } from 'vitest'
import { draftsOn } from '../../../console/src/app/draft-shelf.ts'
import { conflictsIn, newDraft } from '../../../console/src/clients/editor/draft.ts'
import { draftFrom, keptOf } from '../../../console/src/clients/editor/kept.ts'
import { valuesOf } from '../../../console/src/clients/fields.ts'
import type { SomeValues } from '../../../console/src/clients/fields.ts'

const version = (values: SomeValues, etag = 'first') => ({ values: { ...valuesOf({}), ...values }, etag })
const start = version({ callbackUrls: ['a', 'b'], 'mobile.ios.team_id': 'T1' })

/** As a tab keeps it: a text. */
const kept = (edits: SomeValues): unknown => JSON.parse(JSON.stringify(keptOf({ ...newDraft(start), edits })))

test('A draft that was kept is there again as it was typed, also lines without anything yet', () => {
  const edits = { callbackUrls: ['a', '', 'c'], 'mobile.ios.team_id': '' }
  const draft = draftFrom(kept(edits), start)
  expect(draft).toMatchObject({ base: start, edits, theirs: null, isRestored: true })
})

test.each([
  { reason: 'elsewhere: it comes in', now: { productName: 'Search' }, conflicts: [], moved: ['productName'] },
  {
    reason: 'in the same field: somebody has to choose',
    now: { callbackUrls: ['x'] },
    conflicts: ['callbackUrls'],
    moved: ['callbackUrls'],
  },
])('What others have changed while nobody was signed in $reason', ({ now, conflicts, moved }) => {
  const next = version({ ...start.values, ...now }, 'next')
  const draft = draftFrom(kept({ callbackUrls: ['a', 'b', 'c'] }), next)
  expect(conflictsIn(draft).map(({ field }) => field)).toEqual(conflicts)
  expect(draft.edits.callbackUrls).toEqual(['a', 'b', 'c'])
  expect(draft.moved).toEqual(moved)
})

test.each([
  { reason: 'nothing', kept: undefined },
  { reason: 'null', kept: null },
  { reason: 'no edits', kept: { base: start, edits: {} } },
  { reason: 'edits without what they began with', kept: { edits: { callbackUrls: ['a'] } } },
  { reason: 'a field that there is not', kept: { base: start, edits: { name: 'x' } } },
  { reason: 'a value that no field has', kept: { base: start, edits: { callbackUrls: [1], productName: {} } } },
])('What cannot be read as a draft is a new one: $reason', ({ kept }) => {
  expect(draftFrom(kept, start)).toEqual(newDraft(start))
})

test('Whatever lies there, a draft comes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (base, edits) => {
      expect(draftFrom({ base, edits }, start).base).toEqual(start)
    }),
  )
})

const shelf = () => {
  const items = new Map<string, string>([['of somebody else', 'stays']])
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
    key: (index: number) => [...items.keys()][index] ?? null,
    get length() {
      return items.size
    },
  }
}

test('A tab keeps drafts by user and client, and forgets those of another user', () => {
  const found = shelf()
  const drafts = draftsOn(() => found, 'draft ')
  expect(drafts.areAny()).toBe(false)
  drafts.keep('ann', ['acme', 'a/b'], { edits: 1 })
  drafts.keep('ann', ['acme', 'a'], { edits: 2 })
  // A name that begins as another's does, with what stands after that.
  drafts.keep('ann" ["acme', ['a'], { edits: 3 })
  expect(drafts.read('ann', ['acme', 'a/b'])).toEqual({ edits: 1 })
  expect(drafts.read('bob', ['acme', 'a/b'])).toBeUndefined()
  drafts.forgetAllBut('ann')
  expect(found.items.size).toBe(3)
  drafts.forget('ann', ['acme', 'a'])
  expect(drafts.read('ann', ['acme', 'a'])).toBeUndefined()
  drafts.forgetAllBut('bob')
  expect(drafts.areAny()).toBe(false)
  expect([...found.items.keys()]).toEqual(['of somebody else'])
})

test('A browser that keeps nothing does not break the page', () => {
  const drafts = draftsOn(() => {
    throw new Error('Access is denied for this document.')
  }, 'draft ')
  drafts.keep('ann', ['a'], {})
  drafts.forget('ann', ['a'])
  drafts.forgetAllBut('ann')
  expect([drafts.read('ann', ['a']), drafts.areAny()]).toEqual([undefined, false])
})
