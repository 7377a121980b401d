import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyDraft } from '../../console/src/administration/draft.ts'
import type { Draft } from '../../console/src/administration/draft.ts'
import { draftWith, editsOf } from '../../console/src/administration/kept.ts'

/** As a tab keeps it: a text. */
const kept = (before: Draft, draft: Draft): unknown => JSON.parse(JSON.stringify(editsOf(before, draft)))

const portal: Draft = { ...emptyDraft, name: 'portal', tenants: ['acme'], permissions: ['client.write'] }

test.each<{ reason: string; before: Draft; edits: Partial<Draft> }>([
  {
    reason: 'a new one',
    before: emptyDraft,
    edits: { name: 'ci', tenants: ['acme'], expiresAt: '2027-01-01T00:00:00Z' },
  },
  { reason: 'one that is changed', before: portal, edits: { permissions: [], disabled: true, roles: 'a\nb' } },
  { reason: 'nothing', before: portal, edits: {} },
])('A form that was kept is there again as it was filled in: $reason', ({ before, edits }) => {
  const draft = { ...before, ...edits }
  expect(editsOf(before, draft)).toEqual(edits)
  expect(draftWith(before, kept(before, draft))).toEqual(draft)
})

test('What somebody else has changed meanwhile is in it, where it was left alone', () => {
  const edits = kept(portal, { ...portal, permissions: ['client.read'] })
  const now = { ...portal, tenants: ['acme', 'globex'] }
  expect(draftWith(now, edits)).toEqual({ ...now, permissions: ['client.read'] })
})

test.each([
  { reason: 'nothing', kept: undefined },
  { reason: 'null', kept: null },
  { reason: 'a text', kept: 'name' },
  { reason: 'values of other kinds', kept: { name: 1, tenants: 'acme', permissions: [1], disabled: 'yes' } },
  { reason: 'members that a form has not', kept: { secret: 'x' } },
])('What cannot be read as edits changes nothing: $reason', ({ kept }) => {
  expect(draftWith(portal, kept)).toEqual(portal)
})

test('Whatever lies there, a form comes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (kept) => {
      expect(Object.keys(draftWith(portal, kept))).toEqual(Object.keys(portal))
    }),
  )
})
