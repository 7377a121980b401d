import { describe, expect, test } from 'vitest'
import { fail, ok, warn } from '../../../domain/finding.ts'
import type { Finding } from '../../../domain/finding.ts'
import {
  judgeClock,
  judgeDatabase,
  judgeLeftOut,
  judgeRedis,
  judgeScopes,
  judgeServed,
  judgeStateKeys,
  judgeUnnamedStates,
} from '../../../domain/installation/installation.ts'

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

test('what scans left out is named with its reason, and the rest is counted', () => {
  const elements = Array.from({ length: 7 }, (_, index) => ({ client: `c${index}`, reason: 'It has no name.' }))
  const [found] = judgeLeftOut('clients of acme', { count: 9, elements })
  expect(found).toMatchObject({
    level: 'warn',
    said: expect.stringMatching(/c4: It has no name\. And 4 more\.$/) as unknown,
  })
  expect(judgeLeftOut('clients of acme', { count: 0, elements: [] })).toEqual([])
})

describe('tenants that no worker serves', () => {
  const served = { id: 'acme', served: true, backlog: 3 }
  test.each([
    { reason: 'each is served', others: [], found: [] },
    { reason: 'others are served', others: [{ id: 'beta', served: false, backlog: 0 }], found: ['worker of beta'] },
  ])('$reason', ({ others, found }) => {
    expect(judgeServed([served, ...others]).map(({ about }) => about)).toEqual(found)
  })

  test('where no worker runs, only those are named for which changes wait', () => {
    const none = [
      { id: 'acme', served: false, backlog: 0 },
      { id: 'beta', served: false, backlog: 2 },
    ]
    expect(judgeServed(none)).toEqual([
      warn(
        'worker of beta',
        'No worker serves it, and changes of 2 of its clients wait.',
        'Run `nexus start` or `nexus worker`.',
      ),
    ])
  })
})

describe('a database', () => {
  const fine = {
    version: 140_005,
    readOnly: false,
    unapplied: [],
    unknown: [],
    needed: [],
    mayMigrate: false,
    denied: [],
  }
  test.each([
    { reason: 'the oldest that is taken; who only reads and writes need not migrate', facts: {}, level: 'ok' },
    { reason: 'too old', facts: { version: 130_014 }, level: 'fail', says: 'PostgreSQL 13 is too old' },
    { reason: 'a start migrates', facts: { unapplied: ['0009-x'], mayMigrate: true }, level: 'warn', says: '0009-x' },
    { reason: 'no start can migrate', facts: { unapplied: ['0009-x'] }, level: 'fail', says: 'may not change' },
    { reason: 'a newer program has added to it', facts: { unknown: ['0099-y'] }, level: 'ok', says: 'newer Nexus' },
    {
      reason: 'a newer program has taken something away',
      facts: { unknown: ['0099-y'], needed: ['0099-y'] },
      level: 'fail',
      says: 'newer Nexus',
    },
    { reason: 'a replica', facts: { readOnly: true }, level: 'fail', says: 'replica' },
    { reason: 'no rights', facts: { denied: ['nexus.clients'] }, level: 'fail', says: 'nexus.clients' },
  ])('$reason', ({ facts, level, says = '' }) => {
    const found = judgeDatabase({ ...fine, ...facts })
    expect(worst(found)).toBe(level)
    expect(found.map(({ said }) => said).join('\n')).toContain(says)
  })

  test('all that was looked at is told, also where it is fine', () => {
    expect(judgeDatabase({ ...fine, version: 140_000 })).toEqual([
      ok('database version', 'PostgreSQL 14.0'),
      ok('database schema', 'It is up to date.'),
      ok('database rights', 'The user may read and write.'),
    ])
    expect(judgeDatabase({ ...fine, version: 170_012 })[0]?.said).toBe('PostgreSQL 17.12')
  })
})

test.each([
  { reason: 'as the guide says', facts: {}, level: 'ok' },
  { reason: 'a full Redis would throw jobs away', facts: { policy: 'allkeys-lru' }, level: 'fail' },
  { reason: 'a restart forgets, and the sweep finds', facts: { appendOnly: false }, level: 'warn' },
  { reason: 'the least that BullMQ recommends', facts: { version: '6.2.0' }, level: 'ok' },
  { reason: 'the least that it takes', facts: { version: '5.0.0' }, level: 'warn' },
  { reason: 'BullMQ warns below 6.2', facts: { version: '6.0.16' }, level: 'warn' },
  { reason: 'BullMQ refuses below 5', facts: { version: '4.0.9' }, level: 'fail' },
  { reason: 'versions are no decimals', facts: { version: '6.12.0' }, level: 'ok' },
  { reason: 'something that has no version', facts: { version: '' }, level: 'fail' },
  { reason: 'one server', facts: { found: { kind: 'url' as const } }, level: 'ok' },
  {
    reason: 'every Sentinel answers',
    facts: { found: { kind: 'sentinel' as const, primary: 'p:1', answering: 3, sentinels: 3 } },
    level: 'ok',
  },
  {
    reason: 'a Sentinel is away',
    facts: { found: { kind: 'sentinel' as const, primary: 'p:1', answering: 2, sentinels: 3 } },
    level: 'warn',
  },
  {
    reason: 'a replica for each primary',
    facts: { found: { kind: 'cluster' as const, primaries: 3, replicas: 3 } },
    level: 'ok',
  },
  {
    reason: 'fewer replicas than primaries',
    facts: { found: { kind: 'cluster' as const, primaries: 3, replicas: 2 } },
    level: 'warn',
  },
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

test('scopes that are fine are one finding, which names them in order', () => {
  expect(judgeScopes('scopes', ['update:clients', 'read:clients'], false)).toEqual([
    ok('scopes', 'read:clients, update:clients'),
  ])
})

test('each thing that is wrong with scopes is a finding of its own, and nothing else is', () => {
  const found = judgeScopes('scopes', ['delete:clients'], true)
  expect(found.map(({ level, said }) => `${level} ${said}`)).toEqual([
    expect.stringMatching(/^fail The credential lacks read:clients and update:clients/),
    expect.stringMatching(/^warn .* it lacks read:client_keys\.$/),
    expect.stringMatching(/^warn .* more than Nexus does: delete:clients\.$/),
  ])
})

test.each([
  { reason: 'five are named', count: 5, says: /: x0, x1, x2, x3, x4\.$/ },
  { reason: 'of more the first five', count: 6, says: /: x0, x1, x2, x3, x4, …\.$/ },
])('scopes that nobody needs: $reason', ({ count, says }) => {
  const excess = Array.from({ length: count }, (_, index) => `x${index}`)
  const found = judgeScopes('scopes', ['read:clients', 'update:clients', ...excess], false)
  expect(found.map(({ said }) => said)).toEqual([expect.stringMatching(says)])
})

test.each([
  { reason: 'a Date has no fractions', skewMs: -900, level: 'ok' },
  { reason: 'less than is worth a word', skewMs: 4400, level: 'ok', says: 'agree' },
  { reason: 'as much as is', skewMs: 5000, level: 'warn', says: '5 s behind' },
  { reason: 'as much as tokens forgive', skewMs: -30_000, level: 'warn', says: '30 s ahead' },
  { reason: 'a second more', skewMs: -31_000, level: 'fail', says: '31 s ahead' },
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

test.each<{ reason: string; keyIds: string[]; sealed: [string, number][]; tenants: string[]; levels: string[] }>([
  { reason: 'one key', keyIds: ['a'], sealed: [['a', 1]], tenants: [], levels: ['ok 1 key, and'] },
  { reason: 'two keys', keyIds: ['a', 'b'], sealed: [['a', 1]], tenants: [], levels: ['ok 2 keys, and'] },
  { reason: 'none, and none is needed', keyIds: [], sealed: [], tenants: [], levels: ['ok No key, and'] },
  { reason: 'none, and one is', keyIds: [], sealed: [], tenants: ['acme'], levels: ['fail There is no key'] },
  {
    reason: 'none, and one is and was',
    keyIds: [],
    sealed: [['a', 1]],
    tenants: ['acme'],
    levels: ['fail There is no key', 'fail 1 version of states cannot'],
  },
  { reason: 'one is lost', keyIds: ['a'], sealed: [['b', 1]], tenants: [], levels: ['fail 1 version of'] },
  { reason: 'one is older', keyIds: ['a', 'b'], sealed: [['b', 1]], tenants: [], levels: ['warn 1 version of'] },
  { reason: 'all were thrown away', keyIds: [], sealed: [['a', 2]], tenants: [], levels: ['fail 2 versions of'] },
  {
    reason: 'one is lost, another older',
    keyIds: ['a', 'b'],
    sealed: [
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ],
    tenants: [],
    levels: ['fail 5 versions of states cannot be opened: the key c, d', 'warn 1 version of states are sealed'],
  },
])('what is told of keys, no more and no less: $reason', ({ keyIds, sealed, tenants, levels }) => {
  const found = judgeStateKeys({ keyIds, sealed: new Map(sealed), tenantsWithStates: tenants })
  expect(found.map(({ level, said }) => `${level} ${said}`)).toEqual(
    levels.map((begin) => expect.stringMatching(new RegExp(`^${begin}`))),
  )
})

test('states that are held and not named are told, with what to do', () => {
  expect(judgeUnnamedStates([{ tenantId: 'acme', said: 'There is one.', remedy: 'Name it.' }])).toEqual([
    warn('states of acme', 'There is one.', 'Name it.'),
  ])
})

test('a finding that is fine has no remedy, every other has one', () => {
  expect([ok('a', 'b'), warn('a', 'b', 'c'), fail('a', 'b', 'c')].map(({ level, remedy }) => [level, remedy])).toEqual([
    ['ok', null],
    ['warn', 'c'],
    ['fail', 'c'],
  ])
})
