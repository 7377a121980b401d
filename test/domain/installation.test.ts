import { describe, expect, test } from 'vitest'
import { judgeClock, judgeDatabase, judgeRedis, judgeScopes, judgeStateKeys } from '../../domain/installation.ts'
import type { Finding } from '../../domain/finding.ts'

const worst = (findings: readonly Finding[]): Finding['level'] =>
  (['fail', 'warn'] as const).find((level) => findings.some((one) => one.level === level)) ?? 'ok'

test('whatever is not fine has a remedy', () => {
  const all = [
    ...judgeRedis({ version: '4.0.0', policy: 'allkeys-lru', appendOnly: false }),
    ...judgeScopes('scopes', [], true),
    judgeClock('clock', 60_000),
    ...judgeStateKeys({ keyIds: [], sealed: new Map([['a', 1]]), tenantsWithStates: ['acme'] }),
  ]
  expect(all.filter(({ level, remedy }) => level !== 'ok' && !remedy)).toEqual([])
  expect(worst(all)).toBe('fail')
})

describe('a database', () => {
  const fine = { version: 140_005, readOnly: false, unapplied: [], unknown: [], mayMigrate: false, denied: [] }
  test.each([
    { reason: 'the oldest that is taken; who only reads and writes need not migrate', facts: {}, level: 'ok' },
    { reason: 'too old', facts: { version: 130_014 }, level: 'fail', says: 'PostgreSQL 13 is too old' },
    { reason: 'a start migrates', facts: { unapplied: ['0009-x'], mayMigrate: true }, level: 'warn', says: '0009-x' },
    { reason: 'no start can migrate', facts: { unapplied: ['0009-x'] }, level: 'fail', says: 'may not change' },
    { reason: 'a newer program was here', facts: { unknown: ['0099-y'] }, level: 'fail', says: 'newer Nexus' },
    { reason: 'a replica', facts: { readOnly: true }, level: 'fail', says: 'replica' },
    { reason: 'no rights', facts: { denied: ['nexus.clients'] }, level: 'fail', says: 'nexus.clients' },
  ])('$reason', ({ facts, level, says = '' }) => {
    const found = judgeDatabase({ ...fine, ...facts })
    expect(worst(found)).toBe(level)
    expect(found.map(({ said }) => said).join('\n')).toContain(says)
  })
})

test.each([
  { reason: 'as the guide says', facts: {}, level: 'ok' },
  { reason: 'a full Redis would throw jobs away', facts: { policy: 'allkeys-lru' }, level: 'fail' },
  { reason: 'a restart forgets, and the sweep finds', facts: { appendOnly: false }, level: 'warn' },
  { reason: 'BullMQ warns below 6.2', facts: { version: '6.0.16' }, level: 'warn' },
  { reason: 'BullMQ refuses below 5', facts: { version: '4.0.9' }, level: 'fail' },
  { reason: 'versions are no decimals', facts: { version: '6.12.0' }, level: 'ok' },
  { reason: 'something that has no version', facts: { version: '' }, level: 'fail' },
])('Redis: $reason', ({ facts, level }) => {
  expect(worst(judgeRedis({ version: '7.2.4', policy: 'noeviction', appendOnly: true, ...facts }))).toBe(level)
})

test.each([
  { reason: 'what Nexus needs', scopes: ['read:clients', 'update:clients'], level: 'ok' },
  { reason: 'secrets too', scopes: ['read:clients', 'update:clients', 'read:client_keys'], secrets: true, level: 'ok' },
  { reason: 'one is missing', scopes: ['read:clients'], level: 'fail', says: 'update:clients' },
  {
    reason: 'secrets stay null',
    scopes: ['read:clients', 'update:clients'],
    secrets: true,
    level: 'warn',
    says: 'read:client_keys',
  },
  {
    reason: 'more than is needed',
    scopes: ['read:clients', 'update:clients', 'delete:clients'],
    level: 'warn',
    says: 'delete:clients',
  },
  { reason: 'not said', scopes: null, level: 'warn', says: 'not said' },
])('scopes: $reason', ({ scopes, secrets = false, level, says = '' }) => {
  const found = judgeScopes('scopes', scopes, secrets)
  expect(worst(found)).toBe(level)
  expect(found.map(({ said }) => said).join('\n')).toContain(says)
})

test.each([
  { reason: 'a Date has no fractions', skewMs: -900, level: 'ok' },
  { reason: 'within the leeway of tokens', skewMs: 12_000, level: 'warn', says: '12 s behind' },
  { reason: 'beyond it', skewMs: -95_000, level: 'fail', says: '95 s ahead' },
  { reason: 'not said', skewMs: null, level: 'warn', says: 'did not say' },
])('a clock: $reason', ({ skewMs, level, says = '' }) => {
  expect(judgeClock('clock', skewMs)).toMatchObject({ level, said: expect.stringContaining(says) as unknown })
})

test.each([
  { reason: 'no states, no key', keyIds: [], sealed: [], tenants: [], level: 'ok' },
  { reason: 'states, and no key', keyIds: [], sealed: [], tenants: ['acme'], level: 'fail', says: 'acme' },
  { reason: 'all with the first', keyIds: ['new', 'old'], sealed: [['new', 3]], tenants: ['acme'], level: 'ok' },
  {
    reason: 'some with an older',
    keyIds: ['new', 'old'],
    sealed: [
      ['new', 3],
      ['old', 2],
    ],
    tenants: ['acme'],
    level: 'warn',
    says: '2 versions',
  },
  {
    reason: 'a key was thrown away too early',
    keyIds: ['new'],
    sealed: [['old', 1]],
    tenants: [],
    level: 'fail',
    says: '1 version of states cannot',
  },
  { reason: 'all keys were', keyIds: [], sealed: [['old', 1]], tenants: [], level: 'fail', says: 'the key old' },
] as const)('keys of states: $reason', (row) => {
  const facts = { keyIds: row.keyIds, sealed: new Map(row.sealed), tenantsWithStates: row.tenants }
  const found = judgeStateKeys(facts)
  expect(worst(found)).toBe(row.level)
  expect(found.map(({ said }) => said).join('\n')).toContain('says' in row ? row.says : '')
})
