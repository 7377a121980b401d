import { describe, expect, test } from 'vitest'
import {
  auditActionNames,
  gathered,
  isAcceptanceRecorded,
  isRefusalRecorded,
  isStrangerCounted,
  recordedOneByOne,
} from '../../../domain/access/audit.ts'
import type { AuditEntry } from '../../../domain/access/audit.ts'

describe('what is recorded', () => {
  test.each([
    { reason: 'a change that was not let in', action: 'client.patch', status: 403, recorded: true },
    { reason: 'by nobody in particular', action: 'client.patch', status: 401, recorded: true },
    { reason: 'a change that is not possible', action: 'client.patch', status: 422, recorded: true },
    { reason: 'one that came too late', action: 'client.patch', status: 412, recorded: true },
    { reason: 'a fault is no decision', action: 'client.patch', status: 500, recorded: false },
    { reason: 'nor is an outage', action: 'client.patch', status: 503, recorded: false },
    {
      reason: 'that somebody was too fast: a flood fills no audit',
      action: 'client.patch',
      status: 429,
      recorded: false,
    },
    { reason: 'a list that came too fast', action: 'client.patch-list', status: 429, recorded: false },
    { reason: 'an ordinary read of nobody in particular', action: 'client.read', status: 401, recorded: true },
    { reason: 'an ordinary read that was too fast', action: 'client.read', status: 429, recorded: false },
    { reason: 'whoever wanted a secret', action: 'client.secret.read', status: 404, recorded: true },
    { reason: 'an ordinary read that was not let in', action: 'client.read', status: 403, recorded: true },
    { reason: 'an ordinary read of nothing', action: 'client.read', status: 404, recorded: false },
    { reason: 'a list that cannot be read', action: 'client.patch-list', status: 400, recorded: true },
    { reason: 'a preview of what is not possible', action: 'client.preview', status: 422, recorded: false },
    { reason: 'a probe never', action: 'probe', status: 401, recorded: false },
  ] as const)('a refusal: $reason', ({ action, status, recorded }) => {
    expect(isRefusalRecorded(action, status)).toBe(recorded)
  })

  test('whatever changes something or gives out what is secret is recorded; ordinary reads are not', () => {
    const unrecorded = auditActionNames.filter((action) => !isAcceptanceRecorded(action))
    expect(unrecorded.toSorted()).toEqual([
      'account.read',
      'change.read',
      'client.patch-list',
      'client.preview',
      'client.read',
      'console.request',
      'probe',
      'request.unauthenticated',
      'state.list',
      'tenant.read',
      'token.read',
    ])
  })
})

describe('what strangers asked for is counted', () => {
  test.each([
    { reason: 'a change', action: 'client.patch', status: 401, counted: true },
    { reason: 'an ordinary read', action: 'client.read', status: 401, counted: true },
    { reason: 'what nobody can say', action: 'request.unauthenticated', status: 400, counted: true },
    { reason: 'that they were too fast, as a count fills nothing', action: 'client.read', status: 429, counted: true },
    { reason: 'what anybody may read is not', action: 'probe', status: 404, counted: false },
    { reason: 'nor is a fault of ours', action: 'client.read', status: 500, counted: false },
    { reason: 'nor is what was answered', action: 'client.read', status: 304, counted: false },
  ] as const)('$reason', ({ action, status, counted }) => {
    expect(isStrangerCounted(action, status)).toBe(counted)
  })
})

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  action: 'client.patch',
  tenantId: 'acme',
  actor: { kind: 'user', id: 'auth0|ann', application: null },
  address: '192.0.2.7',
  requestId: 'r',
  target: 'c',
  changeId: 'x',
  outcome: 'accepted',
  reason: null,
  missing: null,
  ...more,
})

const many = (count: number, more: Partial<AuditEntry> = {}): AuditEntry[] =>
  Array.from({ length: count }, (_, index) => entry({ target: `c${index}`, ...more }))

describe('the entries of one request', () => {
  test('few stay as they are', () => {
    expect(gathered([])).toEqual([])
    expect(gathered(many(recordedOneByOne))).toEqual(many(recordedOneByOne))
  })

  test('more become one that says how many, and no target', () => {
    expect(gathered(many(recordedOneByOne + 1))).toEqual([
      entry({ target: null, changeId: null, count: recordedOneByOne + 1 }),
    ])
  })

  test.each<{ reason: string; other: Partial<AuditEntry> }>([
    { reason: 'another action', other: { action: 'client.patch-list' } },
    { reason: 'another outcome', other: { outcome: 'refused' } },
    { reason: 'another reason', other: { reason: 'forbidden' } },
    { reason: 'something else missing', other: { missing: 'relation' } },
  ])('each kind is counted by itself: $reason', ({ other }) => {
    expect(gathered([...many(recordedOneByOne), ...many(recordedOneByOne, other)])).toHaveLength(2 * recordedOneByOne)
    expect(gathered([...many(2), ...many(recordedOneByOne + 1, other)])).toEqual([
      ...many(2),
      entry({ ...other, target: null, changeId: null, count: recordedOneByOne + 1 }),
    ])
  })
})
