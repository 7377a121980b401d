import { describe, expect, test } from 'vitest'
import { authorize, couldReachAny, hasPermission, mayKnowEvery } from '../../../domain/access/authorize.ts'
import type { Access } from '../../../domain/access/authorize.ts'
import type { Caller, Permission } from '../../../domain/vocabulary.ts'
import { caller, held } from '../callers.ts'

const may = (more: Partial<Caller>, access: Partial<Access>, verb: 'read' | 'write' = 'write') =>
  authorize(caller(more), verb, [{ owners: [], productName: null, ...access }])

describe('every combination of permission, ownership and product scope', () => {
  const permissionSets = {
    none: [],
    'client.read': ['client.read'],
    'client.read.all': ['client.read.all'],
    'client.write': ['client.write'],
    'client.write.all': ['client.write.all'],
    'client.read and client.write': ['client.read', 'client.write'],
    'client.write and client.read.all': ['client.write', 'client.read.all'],
    'permissions of other things': ['client.secret.read', 'terraform.adopt', 'terraform.state', 'tenant.admin'],
  } as const satisfies Record<string, readonly Permission[]>
  const ways = [true, false]

  // The contract's sentences, once more and by hand: which permission lets in with a relation, and which without one.
  const related = { read: /client\.(read|write)( |$)/, write: /client\.write( |$)/ }
  const always = { read: /client\.(read|write)\.all/, write: /client\.write\.all/ }

  const rows = (['read', 'write'] as const).flatMap((verb) =>
    Object.entries(permissionSets).flatMap(([held, permissions]) =>
      ways.flatMap((byUserId) =>
        ways.flatMap((byRole) =>
          ways.map((byProduct) => ({
            verb,
            held,
            permissions,
            byUserId,
            byRole,
            byProduct,
            allowed: always[verb].test(held) || (related[verb].test(held) && (byUserId || byRole || byProduct)),
          })),
        ),
      ),
    ),
  )

  test.each(rows)(
    '$verb with $held, owner by id $byUserId, by role $byRole, product scope $byProduct: $allowed',
    ({ verb, permissions, byUserId, byRole, byProduct, allowed }) => {
      const decision = authorize(
        caller({
          permissions: new Set<Permission>(permissions),
          roles: byRole ? ['guests', 'billing'] : ['guests'],
          products: byProduct ? ['Other', 'Shop'] : ['Other'],
        }),
        verb,
        [{ owners: byUserId ? ['billing', 'auth0|ann'] : ['billing', 'auth0|bob'], productName: 'Shop' }],
      )
      expect(decision.allowed).toBe(allowed)
    },
  )
})

test.each([
  { reason: 'a user id on owners is enough', more: {}, access: { owners: ['auth0|ann'] }, allowed: true },
  {
    reason: 'a role on owners is enough',
    more: { roles: ['billing'] },
    access: { owners: ['billing'] },
    allowed: true,
  },
  {
    reason: 'one of several roles is enough',
    more: { roles: ['a', 'b'] },
    access: { owners: ['c', 'b'] },
    allowed: true,
  },
  {
    reason: 'a product in scope is enough',
    more: { products: ['Shop'] },
    access: { productName: 'Shop' },
    allowed: true,
  },
  { reason: 'empty owners let nobody in', more: { roles: ['billing'] }, access: { owners: [] }, allowed: false },
  {
    reason: 'a caller without roles is no owner by role',
    more: { roles: [] },
    access: { owners: ['billing'] },
    allowed: false,
  },
  {
    reason: 'a client without a product is in no scope',
    more: { products: ['Shop'] },
    access: { productName: null },
    allowed: false,
  },
  {
    reason: 'an unknown product is in no scope',
    more: { products: ['Shop'] },
    access: { productName: 'Shed' },
    allowed: false,
  },
  {
    reason: 'an empty product name is no product',
    more: { products: [''] },
    access: { productName: '' },
    allowed: false,
  },
  { reason: 'user ids compare exactly, case too', more: {}, access: { owners: ['auth0|Ann'] }, allowed: false },
  {
    reason: 'roles compare exactly, case too',
    more: { roles: ['Billing'] },
    access: { owners: ['billing'] },
    allowed: false,
  },
  {
    reason: 'products compare exactly, case too',
    more: { products: ['shop'] },
    access: { productName: 'Shop' },
    allowed: false,
  },
  { reason: 'spaces are not forgiven', more: {}, access: { owners: [' auth0|ann'] }, allowed: false },
  { reason: 'part of an id is not the id', more: {}, access: { owners: ['auth0|annabel', 'ann'] }, allowed: false },
  {
    reason: 'a product among the owners opens nothing',
    more: { products: ['Shop'] },
    access: { owners: ['Shop'] },
    allowed: false,
  },
  {
    reason: 'a role named as the product opens nothing',
    more: { roles: ['Shop'] },
    access: { productName: 'Shop' },
    allowed: false,
  },
])('$reason', ({ more, access, allowed }) => {
  expect(may(more, access).allowed).toBe(allowed)
})

describe('a refusal says what is missing', () => {
  test.each([
    {
      reason: 'no permission',
      more: { permissions: new Set<Permission>() },
      missing: 'permission',
      says: 'client.write or client.write.all',
    },
    {
      reason: 'reading is not writing',
      more: { permissions: new Set<Permission>(['client.read.all']) },
      missing: 'permission',
      says: 'client.write',
    },
    { reason: 'no relation', more: {}, missing: 'relation', says: 'owner' },
  ])('$reason', ({ more, missing, says }) => {
    const decision = may(more, { owners: ['somebody'] })
    expect(decision).toMatchObject({ allowed: false, missing })
    expect(decision.allowed ? '' : decision.detail).toContain(says)
  })

  test.each<{ reason: string; held: Permission[]; says: string }>([
    { reason: 'the one that the caller has', held: ['client.write'], says: 'The caller has client.write, but' },
    {
      reason: 'both, where they have both',
      held: ['client.read', 'client.write', 'tenant.admin'],
      says: 'The caller has client.read and client.write, but',
    },
  ])('which permissions are not enough without a relation: $reason', ({ held, says }) => {
    const decision = may({ permissions: new Set(held) }, { owners: ['somebody'] }, 'read')
    expect(decision.allowed ? '' : decision.detail).toContain(says)
  })
})

describe('the confirmed and the desired state must both let the caller in', () => {
  const owned: Access = { owners: ['auth0|ann'], productName: null }
  const foreign: Access = { owners: ['auth0|bob'], productName: null }
  const scoped: Access = { owners: [], productName: 'Shop' }
  test.each([
    { reason: 'owner in both', states: [owned, owned], allowed: true },
    { reason: 'a removal binds at once', states: [owned, foreign], allowed: false },
    { reason: 'a grant binds when Auth0 has it', states: [foreign, owned], allowed: false },
    { reason: 'owner in one and product in the other is access in both', states: [owned, scoped], allowed: true },
    { reason: 'no state at all is no access', states: [], allowed: false },
  ])('$reason', ({ states, allowed }) => {
    expect(authorize(caller({ products: ['Shop'] }), 'write', states).allowed).toBe(allowed)
  })
  test('client.write.all needs no relation to either', () => {
    const all = caller({ permissions: new Set<Permission>(['client.write.all']) })
    expect(authorize(all, 'write', [foreign, foreign])).toEqual({ allowed: true, by: 'all' })
  })
})

describe('before anything is looked up', () => {
  test.each([
    { reason: 'client.write could suffice', more: {}, verb: 'write', tenant: 'acme', allowed: true },
    { reason: 'write implies read', more: {}, verb: 'read', tenant: 'acme', allowed: true },
    {
      reason: 'read never writes',
      more: { permissions: new Set<Permission>(['client.read', 'client.read.all']) },
      verb: 'write',
      tenant: 'acme',
      allowed: false,
    },
    {
      reason: 'no permission',
      more: { permissions: new Set<Permission>() },
      verb: 'read',
      tenant: 'acme',
      allowed: false,
    },
    { reason: 'credentials of another tenant', more: {}, verb: 'write', tenant: 'globex', allowed: false },
    { reason: 'credentials of no tenant', more: { tenants: [] }, verb: 'write', tenant: 'acme', allowed: false },
    { reason: 'credentials of every tenant', more: { tenants: '*' }, verb: 'write', tenant: 'globex', allowed: true },
    {
      reason: 'tenants compare exactly',
      more: { tenants: ['acm', 'acme-2'] },
      verb: 'write',
      tenant: 'acme',
      allowed: false,
    },
    {
      reason: 'write.all of another tenant is nothing here',
      more: { permissions: new Set<Permission>(['client.write.all']) },
      verb: 'write',
      tenant: 'globex',
      allowed: false,
    },
  ] as const)('$reason', ({ more, verb, tenant, allowed }) => {
    expect(couldReachAny(caller(more), verb, tenant).allowed).toBe(allowed)
  })
})

describe('what needs a permission on the tenant and no relation to a client', () => {
  test.each<{ reason: string; more: Partial<Caller>; decision: object }>([
    { reason: 'one of them is enough', more: held('client.read.all'), decision: { allowed: true, by: 'all' } },
    {
      reason: 'none of them',
      more: held('client.write'),
      decision: { allowed: false, missing: 'permission', needs: 'tenant.admin or client.read.all' },
    },
    {
      reason: 'not on this tenant',
      more: { ...held('tenant.admin'), tenants: ['globex'] },
      decision: { allowed: false, missing: 'permission', needs: 'tenant' },
    },
    {
      reason: 'neither',
      more: { ...held(), tenants: [] },
      decision: { allowed: false, missing: 'permission', needs: 'tenant.admin or client.read.all' },
    },
  ])('$reason', ({ more, decision }) => {
    expect(hasPermission(caller(more), ['tenant.admin', 'client.read.all'], 'acme')).toMatchObject(decision)
  })
})

describe('who may know of every client of a tenant', () => {
  test.each([
    { reason: 'who reads them all', permissions: ['client.read.all'], knows: true },
    { reason: 'who changes them all', permissions: ['client.write.all'], knows: true },
    { reason: 'who looks after the tenant', permissions: ['tenant.admin'], knows: true },
    { reason: 'not who reaches some', permissions: ['client.read', 'client.write'], knows: false },
    { reason: 'not who looks at Terraform', permissions: ['terraform.read', 'terraform.state'], knows: false },
  ] as const)('$reason', ({ permissions, knows }) => {
    expect(mayKnowEvery(caller(held(...permissions)))).toBe(knows)
  })
})
