import { expect, test } from 'vitest'
import { durationOf } from '../../../console/src/clients/about/duration.ts'
import { besideOf } from '../../../console/src/clients/beside.ts'
import { undoOf } from '../../../console/src/clients/history/undo.ts'
import { offeredActions } from '../../../console/src/clients/offered.ts'
import { tabOf } from '../../../console/src/clients/tabs.ts'
import { warningsIn } from '../../../console/src/clients/warnings.ts'

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

test.each([
  { reason: 'there is none', header: null, lines: [] },
  {
    reason: 'each line is one',
    header: 'Managed by web., It may be reverted.',
    lines: ['Managed by web.', 'It may be reverted.'],
  },
  { reason: 'the page tells of drift itself', header: 'Drift: others., Managed by web.', lines: ['Managed by web.'] },
])('What one should know before changing a client: $reason', ({ header, lines }) => {
  expect(warningsIn(header)).toEqual(lines)
})
