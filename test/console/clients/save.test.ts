import { expect, test } from 'vitest'
import { choicesOf, valueOf } from '../../../console/src/clients/editor/choices.ts'
import { newDraft } from '../../../console/src/clients/editor/draft.ts'
import type { Version } from '../../../console/src/clients/editor/draft.ts'
import { saidOfDryRun, saidOfRefusal, together } from '../../../console/src/clients/editor/said.ts'
import { saveDraft } from '../../../console/src/clients/editor/save.ts'
import type { Body, Sent } from '../../../console/src/clients/editor/save.ts'
import { savingWord } from '../../../console/src/clients/editor/saving-word.ts'
import { valuesOf } from '../../../console/src/clients/fields.ts'
import type { SomeValues } from '../../../console/src/clients/fields.ts'

const version = (etag: string, values: SomeValues = {}): Version => ({
  etag,
  values: { ...valuesOf({}), callbackUrls: ['a'], productName: 'Billing', ...values },
})

/** A server that has these versions, one after another, and takes what names the last. */
const serverWith = (...versions: readonly Version[]) => {
  const requests: { body: Body; etag: string | null }[] = []
  let at = 0
  return {
    requests,
    send: (body: Body, etag: string | null): Promise<Sent> => {
      requests.push({ body, etag })
      const now = versions[at]
      if (now?.etag !== etag) return Promise.resolve({ kind: 'moved' })
      return Promise.resolve({ kind: 'accepted', version: version('saved'), changeId: 'change' })
    },
    read: (): Promise<Version> => {
      const now = versions[at] ?? version('none')
      at = Math.min(at + 1, versions.length - 1)
      return Promise.resolve(versions[at] ?? now)
    },
  }
}
const draft = { ...newDraft(version('1')), edits: { callbackUrls: ['a', 'mine'] } }

test('A draft is saved on the version that it began with', async () => {
  const server = serverWith(version('1'))
  expect(await saveDraft(server, draft)).toMatchObject({ kind: 'accepted', sent: { callbackUrls: ['a', 'mine'] } })
  expect(server.requests).toEqual([{ body: { callbackUrls: ['a', 'mine'] }, etag: '1' }])
})

test('What others have changed elsewhere is no reason to ask: it is saved on what is there now', async () => {
  const server = serverWith(version('2', { productName: 'Search' }))
  expect(await saveDraft(server, draft)).toMatchObject({ kind: 'accepted' })
  expect(server.requests.at(-1)).toEqual({ body: { callbackUrls: ['a', 'mine'] }, etag: '2' })
})

test('What disagrees with an edit is asked, and nothing more is sent', async () => {
  const server = serverWith(version('2', { callbackUrls: ['a', 'theirs'] }))
  expect(await saveDraft(server, draft)).toMatchObject({ kind: 'conflict', version: { etag: '2' } })
  expect(server.requests).toHaveLength(1)
})

test('What others have made so already is not sent again', async () => {
  const server = serverWith(version('2', { callbackUrls: ['a', 'mine'] }))
  expect(await saveDraft(server, draft)).toMatchObject({ kind: 'accepted', changeId: null })
  expect(server.requests).toHaveLength(1)
})

test('A client that changes each time it is looked at is not tried without end', async () => {
  let count = 0
  const saved = await saveDraft(
    {
      send: () => Promise.resolve({ kind: 'moved' }),
      read: () => Promise.resolve(version(`v${(count += 1)}`)),
    },
    draft,
  )
  expect([saved.kind, count]).toEqual(['conflict', 5])
})

const conflict = {
  field: 'callbackUrls' as const,
  base: ['a'],
  mine: ['a', 'b'],
  theirs: ['a', 'c'],
  merged: ['a', 'c', 'b'],
}

test.each([
  { reason: 'both together is another value', conflict, choices: ['merged', 'mine', 'theirs'] },
  { reason: 'a text is one or the other', conflict: { ...conflict, merged: null }, choices: ['mine', 'theirs'] },
  { reason: 'both together is mine', conflict: { ...conflict, merged: ['a', 'b'] }, choices: ['mine', 'theirs'] },
])('What can be chosen of a conflict: $reason', ({ conflict: of, choices }) => {
  expect(choicesOf(of)).toEqual(choices)
})

test('A choice is the value of its side', () => {
  expect(valueOf(conflict, 'merged')).toEqual(['a', 'c', 'b'])
  expect(valueOf(conflict, 'theirs')).toEqual(['a', 'c'])
})

const saving = { isSaving: false, isAccepted: true, isStored: true, change: undefined }

test.each([
  { reason: 'nothing was saved', state: { ...saving, isAccepted: false }, isEdited: true, word: null },
  { reason: 'it is being sent', state: { ...saving, isSaving: true }, isEdited: true, word: 'sending' },
  { reason: 'the change is not read yet', state: saving, isEdited: false, word: 'accepted' },
  {
    reason: 'what changes nothing becomes no change',
    state: { ...saving, isStored: false },
    isEdited: false,
    word: 'applied',
  },
  {
    reason: 'Auth0 has it',
    state: { ...saving, change: { status: 'applied' as const } },
    isEdited: false,
    word: 'applied',
  },
  {
    reason: 'somebody goes on editing',
    state: { ...saving, change: { status: 'applied' as const } },
    isEdited: true,
    word: null,
  },
  {
    reason: 'a refused change is edited again',
    state: { ...saving, change: { status: 'rejected' as const } },
    isEdited: true,
    word: 'rejected',
  },
])('How far a change has come: $reason', ({ state, isEdited, word }) => {
  expect(savingWord(state, isEdited)).toBe(word)
})

const rejected = {
  status: 'rejected' as const,
  values: { callbackUrls: ['a', 'bad'], productName: '' },
  refusal: {
    reason: 'auth0',
    detail: 'Auth0 refused it.',
    errors: [{ pointer: '/callbackUrls/1', detail: 'Not a URL.' }],
  },
}

test.each([
  {
    reason: 'its values stand in the form',
    change: rejected,
    edits: { callbackUrls: ['a', 'bad'] },
    fields: ['callbackUrls'],
    others: 0,
  },
  {
    reason: 'the field has been edited since',
    change: rejected,
    edits: { callbackUrls: ['a', 'good'] },
    fields: [],
    others: 0,
  },
  {
    reason: 'it names no field',
    change: { ...rejected, refusal: { ...rejected.refusal, errors: [] } },
    edits: {},
    fields: [],
    others: 1,
  },
  {
    reason: 'it was not refused',
    change: { ...rejected, status: 'applied' as const },
    edits: {},
    fields: [],
    others: 0,
  },
  { reason: 'there is none', change: undefined, edits: {}, fields: [], others: 0 },
])('What Auth0 refused is said at its line: $reason', ({ change, edits, fields, others }) => {
  const said = saidOfRefusal(change, edits)
  expect([[...said.fields.keys()], said.others.length]).toEqual([fields, others])
})

test('What is said of the edit as it stands comes before what was said of the refused change', () => {
  const edits = { callbackUrls: ['a', 'bad'] }
  const warning = { pointer: '/callbackUrls/1', detail: 'May not work.' }
  const dryRun = saidOfDryRun({ edits, errors: [], warnings: [warning] })
  const { fields } = together(dryRun, saidOfRefusal(rejected, edits))
  expect(fields.get('callbackUrls')?.lines.get(1)).toEqual([{ kind: 'warning', detail: 'May not work.' }])
})
