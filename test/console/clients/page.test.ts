import { expect, test } from 'vitest'
import { durationOf } from '../../../console/src/clients/about/duration.ts'
import { besideOf } from '../../../console/src/clients/beside.ts'
import { choicesOf, valueOf } from '../../../console/src/clients/editor/choices.ts'
import { newDraft } from '../../../console/src/clients/editor/draft.ts'
import type { Version } from '../../../console/src/clients/editor/draft.ts'
import { saidOfDryRun, saidOfRefusal, together } from '../../../console/src/clients/editor/said.ts'
import { saveDraft } from '../../../console/src/clients/editor/save.ts'
import type { Body, Sent } from '../../../console/src/clients/editor/save.ts'
import { savingWord } from '../../../console/src/clients/editor/saving-word.ts'
import { valuesOf } from '../../../console/src/clients/fields.ts'
import type { SomeValues } from '../../../console/src/clients/fields.ts'
import { undoOf } from '../../../console/src/clients/history/undo.ts'
import { offeredActions } from '../../../console/src/clients/offered.ts'
import { tabOf } from '../../../console/src/clients/tabs.ts'

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

test('A field stands beside what Auth0 has where Nexus wants it otherwise', () => {
  const beside = besideOf({
    desired: { callbackUrls: ['a'], productName: 'Billing', owners: ['ann'] },
    observed: { callbackUrls: ['evil'], productName: 'Billing', owners: null, allowedLogoutUrls: ['x'] },
    drift: [{ field: 'callbackUrls', class: 'out-of-band', confirmed: ['a'], observed: ['evil'] }],
  })
  expect(Object.fromEntries(beside)).toEqual({
    callbackUrls: { why: 'out-of-band', wanted: ['a'], observed: ['evil'] },
    owners: { why: 'waiting', wanted: ['ann'], observed: null },
  })
})

test.each([
  { reason: 'an applied change', change: { status: 'applied' as const, before: { productName: null } }, can: true },
  { reason: 'one from before this was kept', change: { status: 'applied' as const, before: null }, can: false },
  {
    reason: 'one that was refused',
    change: { status: 'rejected' as const, before: { productName: null } },
    can: false,
  },
  { reason: 'one that waits is withdrawn instead', change: { status: 'accepted' as const, before: {} }, can: false },
])('What can be undone: $reason', ({ change, can }) => {
  const undo = undoOf({ ...change, values: { productName: 'Billing' } })
  expect(undo).toEqual(can ? { after: { productName: 'Billing' }, before: { productName: null } } : null)
})

const standing = (
  over: {
    paused?: boolean
    stalled?: boolean
    waits?: boolean
    status?: 'manual' | 'managed' | 'conflict'
    asked?: 'adopt'
  } = {},
) => ({
  pending: over.waits === true ? ['a change'] : [],
  conditions: [
    { type: 'Paused' as const, reason: 'ClientPaused', on: over.paused },
    { type: 'Stalled' as const, reason: 'TriesFailing', on: over.stalled },
  ].map(({ type, reason, on }) => ({
    type,
    reason,
    status: on === true ? ('True' as const) : ('False' as const),
    message: '',
    settledGeneration: 0,
    since: null,
  })),
  terraform: {
    status: over.status ?? 'manual',
    states: [],
    claims: [],
    request:
      over.asked === undefined
        ? null
        : {
            kind: over.asked,
            state: 'main',
            by: { kind: 'user' as const, id: 'a', application: null },
            requestedAt: '',
          },
  },
})
const everything = ['tenant.admin', 'terraform.adopt']

test.each([
  { reason: 'nothing is permitted', permissions: [], mayWrite: false, state: standing({ waits: true }), actions: [] },
  {
    reason: 'an owner tries again what waits',
    permissions: [],
    mayWrite: true,
    state: standing({ waits: true }),
    actions: ['retry'],
  },
  { reason: 'and what fails', permissions: [], mayWrite: true, state: standing({ stalled: true }), actions: ['retry'] },
  { reason: 'nothing waits', permissions: [], mayWrite: true, state: standing(), actions: [] },
  { reason: 'an operator', permissions: everything, mayWrite: false, state: standing(), actions: ['pause', 'adopt'] },
  {
    reason: 'a paused client',
    permissions: everything,
    mayWrite: false,
    state: standing({ paused: true, status: 'managed' }),
    actions: ['resume', 'release'],
  },
  {
    reason: 'what was asked of Terraform can be taken back',
    permissions: ['terraform.adopt'],
    mayWrite: false,
    state: standing({ asked: 'adopt' }),
    actions: ['cancel'],
  },
  {
    reason: 'a conflict is not for this page',
    permissions: ['terraform.adopt'],
    mayWrite: false,
    state: standing({ status: 'conflict' }),
    actions: [],
  },
])('What can be done with a client: $reason', ({ permissions, mayWrite, state, actions }) => {
  expect(offeredActions({ permissions }, mayWrite, state)).toEqual(actions)
})

test.each([
  ['', { tab: 'fields', changeId: null }],
  ['history', { tab: 'history', changeId: null }],
  ['history/a-b', { tab: 'history', changeId: 'a-b' }],
  ['details/more', { tab: 'details', changeId: null }],
  ['elsewhere', { tab: 'fields', changeId: null }],
])('The address below a client: %j', (rest, shown) => {
  expect(tabOf(rest)).toEqual(shown)
})

test.each([
  [0, '0 seconds'],
  [90, '1 minute 30 seconds'],
  [36_000, '10 hours'],
  [2_592_000, '30 days'],
  [90_061, '1 day 1 hour'],
])('%j seconds are told as %j', (seconds, told) => {
  expect(durationOf(seconds)).toBe(told)
})
