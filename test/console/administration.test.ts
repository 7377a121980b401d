import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeOf, draftOf, emptyDraft, newOf, permissions } from '../../console/src/administration/draft.ts'
import { deedsOf, expiresSoon } from '../../console/src/administration/entry.ts'
import type { Entry } from '../../console/src/administration/entry.ts'

const portal: Entry = {
  name: 'portal',
  source: 'database',
  status: 'active',
  tenants: ['acme'],
  terraformStates: '*',
  permissions: ['client.write'],
  products: null,
  expiresAt: null,
  lastUsedAt: null,
  secret: { madeAt: '2026-11-26T00:00:00.000Z', lastUsedAt: null },
  previousSecret: null,
  createdAt: '2026-11-26T00:00:00.000Z',
  createdBy: null,
  disabledAt: null,
  revokedAt: null,
}

describe('what a form sends', () => {
  test('a new application: without a ceiling it says so', () => {
    const draft = { ...emptyDraft, name: ' portal ', tenants: ['acme'], hasCeiling: false }
    expect(newOf('applications', draft)).toEqual({
      name: 'portal',
      tenants: ['acme'],
      permissions: '*',
      products: '*',
      terraformStates: '*',
    })
  })

  test('a new account: it has roles, and a list for everything', () => {
    const draft = {
      ...emptyDraft,
      name: 'ci',
      everyTenant: true,
      permissions: ['tenant.admin', 'client.read'],
      roles: ' admins \n\nadmins\nops',
      everyState: false,
      states: 'main',
      expiresAt: '2027-01-01T00:00:00.000Z',
    }
    expect(newOf('accounts', draft)).toEqual({
      name: 'ci',
      tenants: '*',
      permissions: ['client.read', 'tenant.admin'],
      roles: ['admins', 'ops'],
      products: [],
      terraformStates: ['main'],
      expiresAt: '2027-01-01T00:00:00.000Z',
    })
  })

  const before = draftOf(portal)
  test.each([
    { reason: 'nothing is changed', part: {}, change: {} },
    { reason: 'the ceiling is taken away', part: { hasCeiling: false }, change: { permissions: '*' } },
    { reason: 'products are narrowed to none', part: { narrows: true }, change: { products: [] } },
    {
      reason: 'it ends',
      part: { expiresAt: '2027-01-01T00:00:00.000Z' },
      change: { expiresAt: '2027-01-01T00:00:00.000Z' },
    },
    { reason: 'it is shut off', part: { disabled: true }, change: { disabled: true } },
    { reason: 'roles are none of an application', part: { roles: 'x' }, change: {} },
  ])('only what differs: $reason', ({ part, change }) => {
    expect(changeOf('applications', before, { ...before, ...part })).toEqual(change)
  })

  test('an end that is taken away is said in a word', () => {
    const ends = draftOf({ ...portal, expiresAt: '2027-01-01T00:00:00.000Z' })
    expect(changeOf('applications', ends, { ...ends, expiresAt: '' })).toEqual({ expiresAt: 'never' })
  })

  test('an entry that nobody edits is never changed', () => {
    const entries = fc.record({
      tenants: fc.oneof(fc.constant('*' as const), fc.array(fc.constantFrom('acme', 'globex'))),
      permissions: fc.oneof(fc.constant(null), fc.subarray([...permissions])),
      products: fc.oneof(fc.constant(null), fc.uniqueArray(fc.constantFrom('A', 'B'))),
      roles: fc.uniqueArray(fc.constantFrom('a', 'b')),
    })
    fc.assert(
      fc.property(entries, fc.constantFrom('applications' as const, 'accounts' as const), (part, kind) => {
        const draft = draftOf({ ...portal, ...part })
        expect(changeOf(kind, draft, draft)).toEqual({})
      }),
    )
  })
})

describe('what can be done', () => {
  test.each([
    { reason: 'an ordinary one', part: {}, deeds: ['change', 'rotate', 'revoke'] },
    {
      reason: 'a former secret is still good',
      part: { previousSecret: { validUntil: '2027-01-01T00:00:00.000Z', lastUsedAt: null } },
      deeds: ['change', 'rotate', 'retire', 'revoke'],
    },
    { reason: 'one of the configuration', part: { source: 'configuration' as const }, deeds: [] },
    { reason: 'a revoked one', part: { revokedAt: '2026-11-26T00:00:00.000Z' }, deeds: [] },
  ])('$reason', ({ part, deeds }) => {
    expect(deedsOf({ ...portal, ...part })).toEqual(deeds)
  })
})

describe('who is warned of an end', () => {
  const now = new Date('2026-11-26T00:00:00.000Z')
  test.each([
    { reason: 'there is none', expiresAt: null, status: 'active', soon: false },
    { reason: 'in six days', expiresAt: '2026-12-02T00:00:00.000Z', status: 'active', soon: true },
    { reason: 'in a month', expiresAt: '2026-12-26T00:00:00.000Z', status: 'active', soon: false },
    { reason: 'it is over', expiresAt: '2026-11-25T00:00:00.000Z', status: 'expired', soon: false },
  ])('$reason', ({ expiresAt, status, soon }) => {
    expect(expiresSoon({ expiresAt, status }, now)).toBe(soon)
  })
})
