import { describe, expect, test } from 'vitest'
import { callerChange, newCaller, Rotation } from '../../../domain/access/caller-requests.ts'
import { Grant } from '../../../domain/access/grants.ts'
import {
  ownerNameOf,
  RegisteredName,
  retire,
  revoke,
  rotate,
  callerStatusOf,
  validHashes,
} from '../../../domain/access/registered.ts'
import type { Registered } from '../../../domain/access/registered.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2027, 0, 1) + seconds * 1000)
const now = at(0)

const entry: Registered = {
  name: 'portal',
  grant: { tenants: ['acme'], permissions: ['client.read'], roles: [], products: ['Billing'], terraformStates: '*' },
  secret: { hash: 'first', madeAt: at(-1000), usedAt: at(-10) },
  previous: null,
  expiresAt: null,
  disabledAt: null,
  revokedAt: null,
  createdAt: at(-1000),
  createdBy: null,
}

const rotated = (from: Registered, hash: string, overlapSeconds: number, when: Date): Registered => {
  const next = rotate(from, hash, overlapSeconds, when)
  if (next === 'rotation-under-way') throw new Error('A rotation is under way.')
  return next
}

describe('rotation', () => {
  const second = rotated(entry, 'second', 60, now)

  test.each([
    { reason: 'at once both are valid', when: now, valid: ['second', 'first'] },
    { reason: 'until the overlap ends', when: at(59), valid: ['second', 'first'] },
    { reason: 'and then the new one only', when: at(60), valid: ['second'] },
  ])('$reason', ({ when, valid }) => {
    expect(validHashes(second, when)).toEqual(valid)
  })

  test('the former one keeps its last use, the new one has none', () => {
    expect(second.previous?.usedAt).toEqual(at(-10))
    expect(second.secret?.usedAt).toBe(null)
  })

  test('retiring ends the overlap at once', () => {
    expect(validHashes(retire(second), now)).toEqual(['second'])
  })

  test('a third beside two is refused, not silently the end of the first', () => {
    expect(rotate(second, 'third', 60, at(59))).toBe('rotation-under-way')
    expect(validHashes(rotated(second, 'third', 60, at(60)), at(61))).toEqual(['third', 'second'])
  })

  test('who has no secret gets one, and nothing stays beside it', () => {
    expect(rotated({ ...entry, secret: null }, 'new', 60, now)).toMatchObject({
      secret: { hash: 'new', madeAt: now },
      previous: null,
    })
  })

  test('without an overlap every former one ends at once, also within a rotation', () => {
    expect(validHashes(rotated(second, 'third', 0, at(1)), at(1))).toEqual(['third'])
  })
})

test('what is revoked has no secret left, and stays revoked since the first time', () => {
  const gone = revoke(rotated(entry, 'second', 60, now), now)
  expect([gone.secret, gone.previous, validHashes(gone, now)]).toEqual([null, null, []])
  expect(revoke(gone, at(5)).revokedAt).toEqual(now)
})

test.each([
  { reason: 'active', more: {}, standing: 'active' },
  { reason: 'until it expires', more: { expiresAt: at(1) }, standing: 'active' },
  { reason: 'expired in that very moment', more: { expiresAt: now }, standing: 'expired' },
  { reason: 'disabled', more: { disabledAt: at(-5) }, standing: 'disabled' },
  { reason: 'revoked, whatever else', more: { revokedAt: now, disabledAt: now, expiresAt: now }, standing: 'revoked' },
])('$reason', ({ more, standing }) => {
  expect(callerStatusOf({ ...entry, ...more }, now)).toBe(standing)
})

test('a permission of another version opens nothing, and breaks nothing', () => {
  const stored = { ...entry.grant, permissions: ['client.read', 'client.invent'] }
  expect(Grant.parse(stored).permissions).toEqual(['client.read'])
  // And is not taken for "no ceiling".
  expect(Grant.parse({ ...stored, permissions: ['client.invent'] }).permissions).toEqual([])
})

test.each([
  { reason: 'plain', name: 'developer-portal', good: true },
  { reason: 'like an address', name: 'ci@acme.example', good: true },
  { reason: 'a colon ends a name in Basic, and marks an account on owners', name: 'a:b', good: false },
  { reason: 'a bar stands in user ids of Auth0', name: 'auth0|ann', good: false },
  { reason: 'a slash ends it in an address', name: 'a/b', good: false },
  { reason: 'a path', name: '..', good: false },
  { reason: 'empty', name: '', good: false },
  { reason: 'no text of the database', name: 'a\u0000', good: false },
  { reason: 'too long', name: 'a'.repeat(64), good: false },
])('a name: $reason', ({ name, good }) => {
  expect(RegisteredName.safeParse(name).success).toBe(good)
})

const some = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`)

describe('a request', () => {
  const portal = { name: 'portal', tenants: ['acme'] }

  test('that names nothing makes an application that narrows nothing', () => {
    const plain = newCaller.application.parse(portal)
    expect(plain).toEqual({
      name: 'portal',
      grant: { tenants: ['acme'], permissions: null, roles: [], products: null, terraformStates: '*' },
      expiresAt: null,
    })
    const nulls = { ...portal, permissions: null, products: null, terraformStates: null, expiresAt: null }
    expect(newCaller.application.parse(nulls)).toEqual(plain)
    expect(newCaller.application.parse({ ...portal, permissions: '*', products: '*' })).toEqual(plain)
  })

  test('that names only what it may do makes an account that reaches no client', () => {
    expect(newCaller.account.parse({ ...portal, permissions: ['client.read'] })).toEqual({
      name: 'portal',
      grant: { tenants: ['acme'], permissions: ['client.read'], roles: [], products: [], terraformStates: '*' },
      expiresAt: null,
    })
  })

  test('makes an account with all that is named', () => {
    const { name, ...grant } = {
      name: 'ci',
      tenants: '*',
      permissions: ['client.write'],
      roles: ['billing'],
      products: ['Billing'],
      terraformStates: ['main'],
    }
    expect(newCaller.account.parse({ name, ...grant, expiresAt: '2027-01-01T00:00:09+00:00' })).toEqual({
      name,
      grant,
      expiresAt: at(9),
    })
  })

  test.each([
    { part: 'tenants', says: /"\*" for every tenant/ },
    { part: 'terraformStates', says: /"\*" for every state/ },
  ])('says how all $part are named', ({ part, says }) => {
    const { error } = newCaller.application.safeParse({ ...portal, [part]: 'all' })
    expect(error?.issues.map(({ message }) => message).join()).toMatch(says)
  })

  test.each([
    { reason: 'no tenants', kind: 'application', body: { name: 'x' } },
    { reason: 'an empty list of tenants', kind: 'application', body: { name: 'x', tenants: [] } },
    { reason: 'every tenant as an element', kind: 'application', body: { name: 'x', tenants: ['*'] } },
    { reason: 'an unknown permission', kind: 'application', body: { ...portal, permissions: ['client.delete'] } },
    { reason: 'roles for an application', kind: 'application', body: { ...portal, roles: ['x'] } },
    { reason: 'a secret of its own choice', kind: 'application', body: { ...portal, token: 'nxa_x' } },
    { reason: 'a list of 101 products', kind: 'application', body: { ...portal, products: some(101) } },
    { reason: 'a product without a name', kind: 'application', body: { ...portal, products: [''] } },
    { reason: 'a time that is none', kind: 'application', body: { ...portal, expiresAt: 'tomorrow' } },
    { reason: 'an account without permissions', kind: 'account', body: portal },
    { reason: 'an account without a ceiling', kind: 'account', body: { ...portal, permissions: '*' } },
    {
      reason: 'an account without bounds of products',
      kind: 'account',
      body: { ...portal, permissions: [], products: '*' },
    },
  ] as const)('is refused: $reason', ({ kind, body }) => {
    expect(newCaller[kind].safeParse(body).success).toBe(false)
  })

  test.each([
    { reason: 'nothing changes nothing', body: {}, expected: entry },
    {
      reason: 'null leaves as it is: a whole object with nulls must not lift a ceiling',
      body: {
        tenants: null,
        permissions: null,
        products: null,
        terraformStates: null,
        expiresAt: null,
        disabled: null,
      },
      expected: entry,
    },
    {
      reason: 'bounds are lifted in words',
      body: { permissions: '*', products: '*' },
      expected: { ...entry, grant: { ...entry.grant, permissions: null, products: null } },
    },
    {
      reason: 'an empty list is a list',
      body: { products: [] },
      expected: { ...entry, grant: { ...entry.grant, products: [] } },
    },
    {
      reason: 'other tenants, other states',
      body: { tenants: '*', terraformStates: ['main'] },
      expected: { ...entry, grant: { ...entry.grant, tenants: '*', terraformStates: ['main'] } },
    },
    { reason: 'disabled', body: { disabled: true }, expected: { ...entry, disabledAt: now } },
    { reason: 'expiring', body: { expiresAt: at(9).toISOString() }, expected: { ...entry, expiresAt: at(9) } },
  ])('that changes an application: $reason', ({ body, expected }) => {
    expect(callerChange.application.parse(body)(entry, now)).toEqual(expected)
  })

  test('lets in again, and takes an expiry away', () => {
    const shut = { ...entry, disabledAt: at(-1), expiresAt: at(-1) }
    expect(callerChange.application.parse({ disabled: false, expiresAt: 'never' })(shut, now)).toEqual(entry)
    expect(callerChange.application.parse({ disabled: true })(shut, now).disabledAt).toEqual(at(-1))
    expect(callerChange.application.parse({ expiresAt: 'never' })(shut, now).disabledAt).toEqual(at(-1))
    expect(callerChange.application.parse({ disabled: false })(shut, now).expiresAt).toEqual(at(-1))
  })

  test('changes the roles of an account, which an application has none of', () => {
    const account = { ...entry, grant: { ...entry.grant, roles: ['billing'] } }
    const change = { roles: ['shop'], permissions: ['client.write'] }
    expect(callerChange.account.parse(change)(account, now).grant).toEqual({ ...entry.grant, ...change })
    expect(callerChange.account.parse({})(account, now)).toEqual(account)
    expect(callerChange.account.safeParse({ permissions: '*' }).success).toBe(false)
    expect(callerChange.application.safeParse({ roles: ['shop'] }).success).toBe(false)
    expect(callerChange.account.safeParse({ secret: 'own' }).success).toBe(false)
  })

  test('for a rotation has an overlap of a day, and of thirty at most', () => {
    expect(Rotation.parse({})).toEqual({ overlapSeconds: 86_400 })
    expect(Rotation.parse({ overlapSeconds: 0 })).toEqual({ overlapSeconds: 0 })
    expect(Rotation.parse({ overlapSeconds: 30 * 86_400 })).toEqual({ overlapSeconds: 30 * 86_400 })
    for (const overlapSeconds of [-1, 0.5, 30 * 86_400 + 1])
      expect(Rotation.safeParse({ overlapSeconds }).success).toBe(false)
  })
})

test('an account of the database stands on owners where no user and no account of the configuration can', () => {
  expect(ownerNameOf('ci')).toBe('account:ci')
  expect(RegisteredName.safeParse(ownerNameOf('ci')).success).toBe(false)
})
