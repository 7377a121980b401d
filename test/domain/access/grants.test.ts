import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authorize, coversTenant } from '../../../domain/access/authorize.ts'
import type { Verb } from '../../../domain/access/authorize.ts'
import { excessOf, excessOfSecret, isAdministrator, mayOversee } from '../../../domain/access/grants.ts'
import type { Grant } from '../../../domain/access/grants.ts'
import { ownerNameOf } from '../../../domain/access/registered.ts'
import { permissions } from '../../../domain/vocabulary.ts'
import type { Caller, Permission } from '../../../domain/vocabulary.ts'
import { caller, held } from '../callers.ts'

const administrator = ({
  permissions = ['tenant.admin', 'client.write'],
  ...more
}: Omit<Partial<Caller>, 'permissions'> & { permissions?: readonly Permission[] }): Caller =>
  caller({ ...more, ...held(...permissions) })

const grant = (more: Partial<Grant>): Grant => ({
  tenants: ['acme'],
  permissions: ['client.write'],
  roles: [],
  products: [],
  terraformStates: '*',
  ...more,
})

const all: readonly Permission[] = ['tenant.admin', 'client.write.all']

test.each([
  { reason: 'what they have themselves', by: {}, give: {}, excess: [] },
  { reason: 'read, as write implies it', by: {}, give: { permissions: ['client.read'] }, excess: [] },
  {
    reason: 'write, as .all is more',
    by: { permissions: all },
    give: { permissions: ['client.write', 'client.read.all'] },
    excess: [],
  },
  { reason: 'tenant.admin itself', by: {}, give: { permissions: ['tenant.admin'] }, excess: [] },
  { reason: 'no permission at all', by: {}, give: { permissions: [] }, excess: [] },
  {
    reason: '.all where they have the relation only',
    by: {},
    give: { permissions: ['client.write.all'] },
    excess: ['/permissions'],
  },
  {
    reason: 'write where they may read everything',
    by: { permissions: ['tenant.admin', 'client.read.all'] },
    give: { permissions: ['client.write'] },
    excess: ['/permissions'],
  },
  {
    reason: 'secrets where they have none, whatever else they have',
    by: { permissions: all },
    give: { permissions: ['client.secret.read'] },
    excess: ['/permissions'],
  },
  {
    reason: 'to break locks where they may only read states',
    by: { permissions: ['tenant.admin', 'terraform.state'] },
    give: { permissions: ['terraform.state', 'terraform.state.force-unlock'] },
    excess: ['/permissions'],
  },
  {
    reason: 'no ceiling, where they lack anything',
    by: { permissions: all },
    give: { permissions: null },
    excess: ['/permissions'],
  },
  { reason: 'no ceiling, where they lack nothing', by: { permissions }, give: { permissions: null }, excess: [] },
  { reason: 'a tenant of somebody else', by: {}, give: { tenants: ['acme', 'globex'] }, excess: ['/tenants'] },
  { reason: 'a tenant in other case', by: {}, give: { tenants: ['Acme'] }, excess: ['/tenants'] },
  { reason: 'every tenant, by one of some', by: {}, give: { tenants: '*' }, excess: ['/tenants'] },
  {
    reason: 'every tenant, by one of all that there are today',
    by: { tenants: ['acme', 'globex'] },
    give: { tenants: '*' },
    excess: ['/tenants'],
  },
  { reason: 'every tenant, by one of every tenant', by: { tenants: '*' }, give: { tenants: '*' }, excess: [] },
  { reason: 'any tenant, by one of every tenant', by: { tenants: '*' }, give: { tenants: ['x'] }, excess: [] },
  { reason: 'a product of their own', by: { products: ['Billing'] }, give: { products: ['Billing'] }, excess: [] },
  {
    reason: 'a product outside their scope',
    by: { products: ['Billing'] },
    give: { products: ['Billing', 'Shop'] },
    excess: ['/products'],
  },
  {
    reason: 'products without bounds, where theirs are bounded',
    by: { products: ['Billing'] },
    give: { products: null },
    excess: ['/products'],
  },
  {
    reason: 'any product, where they reach every client',
    by: { permissions: all },
    give: { products: ['Shop'] },
    excess: [],
  },
  { reason: 'products without bounds, likewise', by: { permissions: all }, give: { products: null }, excess: [] },
  {
    reason: 'a product to read, where they may read everything',
    by: { permissions: ['tenant.admin', 'client.read.all'] },
    give: { permissions: ['client.read'], products: ['Shop'] },
    excess: [],
  },
  {
    reason: 'a product to read, outside their scope',
    by: { permissions: ['tenant.admin', 'client.read'], products: ['Billing'] },
    give: { permissions: ['client.read'], products: ['Shop'] },
    excess: ['/products'],
  },
  {
    reason: 'a product to write, where they may only read everything',
    by: { permissions: ['tenant.admin', 'client.read.all', 'client.write'] },
    give: { products: ['Shop'] },
    excess: ['/products'],
  },
  {
    reason: 'a product that no permission makes use of',
    by: {},
    give: { permissions: ['tenant.admin'], products: ['Shop'] },
    excess: [],
  },
  { reason: 'a role of their own', by: { roles: ['billing'] }, give: { roles: ['billing'] }, excess: [] },
  {
    reason: 'a role of others: it owns clients',
    by: { roles: ['billing'] },
    give: { roles: ['shop'] },
    excess: ['/roles'],
  },
  {
    reason: 'Terraform states beyond theirs',
    by: { terraformStates: ['main'] },
    give: { terraformStates: ['main', 'network'] },
    excess: ['/terraformStates'],
  },
  {
    reason: 'every state, where theirs are some',
    by: { terraformStates: ['main'] },
    give: {},
    excess: ['/terraformStates'],
  },
  { reason: 'a state of theirs', by: { terraformStates: ['main'] }, give: { terraformStates: ['main'] }, excess: [] },
  {
    reason: 'too much everywhere: everything is named at once',
    by: { terraformStates: [] },
    give: { tenants: '*', permissions: null, roles: ['x'], products: null },
    excess: ['/tenants', '/permissions', '/roles', '/products', '/terraformStates'],
  },
  { reason: 'anything, without tenant.admin', by: { permissions: ['client.write.all'] }, give: {}, excess: [''] },
  { reason: 'anything, without a tenant', by: { tenants: [] }, give: { permissions: [] }, excess: [''] },
] satisfies readonly {
  reason: string
  by: Parameters<typeof administrator>[0]
  give: Partial<Grant>
  excess: readonly string[]
}[])('an administrator hands out: $reason', ({ by, give, excess }) => {
  expect(excessOf(administrator(by), grant(give)).map(({ pointer }) => pointer)).toEqual(excess)
})

test.each([
  {
    reason: 'what is too much, and what would not be',
    by: { tenants: ['acme', 'beta'] },
    give: { tenants: ['acme', 'globex', 'initech'] },
    says: /cannot hand out globex, initech, only those that they are an administrator of: acme, beta\./,
  },
  {
    reason: 'that everything is too much',
    by: {},
    give: { tenants: '*' },
    says: /cannot hand out all of them, only those that/,
  },
  {
    reason: 'that they have none themselves',
    by: {},
    give: { roles: ['shop'] },
    says: /cannot hand out shop, .*: none\./,
  },
  {
    reason: 'which permissions they lack',
    by: {},
    give: { permissions: ['client.write', 'client.secret.read', 'terraform.read'] },
    says: /^The administrator lacks client\.secret\.read, terraform\.read and/,
  },
  {
    reason: 'that it is the missing ceiling',
    by: { permissions: all },
    give: { permissions: null },
    says: /^Without a ceiling every permission counts\. The administrator lacks/,
  },
] satisfies readonly {
  reason: string
  by: Parameters<typeof administrator>[0]
  give: Partial<Grant>
  says: RegExp
}[])('an excess says $reason', ({ by, give, says }) => {
  expect(excessOf(administrator(by), grant(give)).map(({ detail }) => detail)).toEqual([expect.stringMatching(says)])
})

test.each([
  { reason: 'within their tenants', tenants: ['acme'], entry: ['acme'], may: true },
  { reason: 'one of them', tenants: ['acme', 'globex'], entry: ['globex'], may: true },
  { reason: 'partly beyond', tenants: ['acme'], entry: ['acme', 'globex'], may: false },
  { reason: 'every tenant', tenants: ['acme'], entry: '*' as const, may: false },
  { reason: 'every tenant, by one of every tenant', tenants: '*' as const, entry: '*' as const, may: true },
])('an administrator oversees what is $reason: $may', ({ tenants, entry, may }) => {
  expect(mayOversee(administrator({ tenants }), { tenants: entry })).toBe(may)
})

test('whoever is no administrator oversees nothing', () => {
  expect(mayOversee(administrator({ permissions: ['client.write.all'], tenants: '*' }), { tenants: ['acme'] })).toBe(
    false,
  )
})

test.each([
  { reason: 'of an account that somebody else made, and owners may trust', by: {}, give: {}, may: false },
  { reason: 'of their own', by: { id: 'auth0|eve' }, give: {}, may: true },
  { reason: 'of themselves', by: { id: 'account:ci' }, give: {}, may: true },
  {
    reason: 'as an account that is called as the user is who made it',
    by: { kind: 'service-account', id: 'auth0|eve' },
    give: {},
    may: false,
  },
  { reason: 'of any, where they reach every client', by: { permissions: all }, give: {}, may: true },
  { reason: 'of one that reaches no client', by: {}, give: { permissions: ['tenant.admin'] }, may: true },
  { reason: 'of their own that has grown beyond them', by: { id: 'auth0|eve' }, give: { tenants: '*' }, may: false },
] satisfies readonly {
  reason: string
  by: Parameters<typeof administrator>[0]
  give: Partial<Grant>
  may: boolean
}[])('an administrator may have a new secret $reason: $may', ({ by, give, may }) => {
  const account = {
    ownerName: 'account:ci',
    createdBy: { kind: 'user', id: 'auth0|eve', application: 'portal' },
  } as const
  expect(excessOfSecret(administrator(by), grant(give), account).length === 0).toBe(may)
})

test('an account that was made at the command line belongs to no administrator', () => {
  const account = { ownerName: 'account:ci', createdBy: null }
  const [issue, ...more] = excessOfSecret(administrator({}), grant({}), account)
  expect(issue).toMatchObject({ pointer: '', detail: expect.stringMatching(/^account:ci may stand on owners/) })
  expect(more).toEqual([])
  expect(excessOfSecret(administrator({ permissions: all }), grant({}), account)).toEqual([])
})

const opens = ({ terraformStates }: Pick<Caller, 'terraformStates'>): boolean =>
  terraformStates === '*' || terraformStates.includes('main')
const some = <T>(from: readonly T[]) => fc.subarray([...from])

describe('what an administrator hands out to an account gives nobody more than they have', () => {
  const tenants = fc.oneof(fc.constant('*' as const), some(['acme', 'globex']))
  const caller = fc.record({
    tenants,
    permissions: some(permissions),
    roles: some(['billing', 'shop']),
    products: some(['Billing', 'Shop']),
    terraformStates: fc.oneof(fc.constant('*' as const), some(['main', 'network'])),
  })
  const access = fc.record({
    owners: some(['auth0|ann', 'billing', 'shop', 'ci']),
    productName: fc.constantFrom(null, 'Billing', 'Shop', 'Other'),
  })

  test('no tenant, no client by any rule, no state', () => {
    fc.assert(
      fc.property(
        caller,
        caller,
        access,
        fc.constantFrom<Verb>('read', 'write'),
        fc.constantFrom('acme', 'globex'),
        (own, given, client, verb, tenantId) => {
          const by = administrator(own)
          fc.pre(excessOf(by, given).length === 0)
          const account: Caller = { ...administrator(given), kind: 'service-account', id: ownerNameOf('ci') }
          expect(isAdministrator(by)).toBe(true)
          const reaches = (who: Caller): boolean =>
            coversTenant(who, tenantId) && authorize(who, verb, [client]).allowed
          expect([reaches(account) && !reaches(by), opens(given) && !opens(own)]).toEqual([false, false])
        },
      ),
      { numRuns: 3000 },
    )
  })
})
