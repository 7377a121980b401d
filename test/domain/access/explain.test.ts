import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { authorize, statesFor } from '../../../domain/access/authorize.ts'
import type { Access, AccessStates } from '../../../domain/access/authorize.ts'
import { explain, mostThrough } from '../../../domain/access/explain.ts'
import type { RuleName } from '../../../domain/access/explain.ts'
import type { Grant } from '../../../domain/access/grants.ts'
import type { Caller, Permission } from '../../../domain/vocabulary.ts'
import { caller, held } from '../callers.ts'

const access = (...owners: readonly string[]): Access => ({ owners, productName: null })
const ofShop: Access = { owners: [], productName: 'Shop' }

const states = (confirmed: Access, desired = confirmed, shown = confirmed): AccessStates => ({
  confirmed,
  desired,
  shown,
})

describe('each rule says what holds, or what is missing', () => {
  const ann = caller()
  test.each<{ reason: string; who?: Caller; client: AccessStates; by: RuleName | null; rule: RuleName; says: string }>([
    {
      reason: 'an owner',
      client: states(access('auth0|ann')),
      by: 'owner',
      rule: 'owner',
      says: "auth0|ann: among the client's owners.",
    },
    {
      reason: 'two roles that own it',
      who: caller({ roles: ['billing', 'shop'] }),
      client: states(access('shop', 'billing')),
      by: 'owner',
      rule: 'owner',
      says: "billing and shop: among the client's owners.",
    },
    {
      reason: 'nobody of the owners',
      client: states(access('billing')),
      by: null,
      rule: 'owner',
      says: "Neither the user id nor a role is among the client's owners.",
    },
    {
      reason: 'an owner as desired only: once Auth0 has it',
      client: states(access(), access('auth0|ann')),
      by: null,
      rule: 'owner',
      says: 'auth0|ann: given by a change that waits, which counts once Auth0 has it.',
    },
    {
      reason: 'an owner as confirmed only: a removal binds at once',
      client: states(access('auth0|ann'), access()),
      by: null,
      rule: 'owner',
      says: 'auth0|ann: taken away by a change that waits, which ends access at once.',
    },
    {
      reason: 'taken off in Auth0, outside Nexus',
      client: states(access('auth0|ann'), undefined, access()),
      by: null,
      rule: 'owner',
      says: 'auth0|ann: taken off in Auth0, outside Nexus',
    },
    {
      reason: 'put on the owners in Auth0, outside Nexus',
      client: states(access(), access(), access('auth0|ann')),
      by: null,
      rule: 'owner',
      says: 'auth0|ann: given in Auth0, outside Nexus, which counts once somebody accepts it',
    },
    {
      reason: 'the product',
      who: caller({ products: ['Shop'] }),
      client: states(ofShop),
      by: 'product',
      rule: 'product',
      says: "Shop: the client's product, and in the product scope.",
    },
    {
      reason: 'a product of another case',
      who: caller({ products: ['shop'] }),
      client: states(ofShop),
      by: null,
      rule: 'product',
      says: "The client's product is not in the product scope.",
    },
    {
      reason: 'all clients',
      who: caller(held('client.write.all')),
      client: states(access()),
      by: 'all',
      rule: 'all',
      says: 'client.write.all needs no relation to the client.',
    },
    {
      reason: 'an owner who may only read',
      who: caller(held('client.read')),
      client: states(access('auth0|ann')),
      by: null,
      rule: 'owner',
      says: "The permission client.write is missing. auth0|ann: among the client's owners.",
    },
  ])('$reason', ({ who = ann, client, by, rule, says }) => {
    const right = explain(who, 'write', client)
    expect(right).toMatchObject({ allowed: by !== null, by })
    expect(right.rules.find((one) => one.rule === rule)?.detail).toContain(says)
  })

  test('an owner as confirmed and by the product as desired: no rule holds alone, and they are let in', () => {
    const both = states({ owners: ['auth0|ann'], productName: null }, ofShop, {
      owners: ['auth0|ann'],
      productName: null,
    })
    const right = explain(caller({ products: ['Shop'] }), 'read', both)
    expect(right).toMatchObject({ allowed: true, by: 'product' })
    expect(right.rules.map(({ holds }) => holds)).toEqual([false, false, false])
  })

  test('writing is taken from whoever was taken off in Auth0, reading is not', () => {
    const drifted = states(access('auth0|ann'), undefined, access())
    expect(explain(ann, 'read', drifted).by).toBe('owner')
    expect(explain(ann, 'write', drifted).by).toBeNull()
  })
})

const name = fc.constantFrom('auth0|ann', 'billing', 'Billing', 'Shop', 'shop', '')
const permissions = fc.subarray<Permission>(['client.read', 'client.read.all', 'client.write', 'client.write.all'])
const someone = fc
  .record({
    id: name,
    roles: fc.array(name, { maxLength: 3 }),
    products: fc.array(name, { maxLength: 3 }),
    permissions: permissions.map((some) => new Set(some)),
  })
  .map(caller)
const someAccess = fc.record({ owners: fc.array(name, { maxLength: 3 }), productName: fc.option(name) })
const someStates = fc.record({ confirmed: someAccess, desired: someAccess, shown: someAccess })
const verb = fc.constantFrom('read' as const, 'write' as const)

describe('laws', () => {
  test('it agrees with what is decided, and names the same rule', () => {
    fc.assert(
      fc.property(someone, verb, someStates, (who, what, client) => {
        const decided = authorize(who, what, statesFor(what, client))
        const { allowed, by } = explain(who, what, client)
        expect({ allowed, by }).toEqual({ allowed: decided.allowed, by: decided.allowed ? decided.by : null })
      }),
      { numRuns: 2000 },
    )
  })

  test('a rule that holds is enough', () => {
    fc.assert(
      fc.property(someone, verb, someStates, (who, what, client) => {
        const { allowed, rules } = explain(who, what, client)
        expect(!rules.some(({ holds }) => holds) || allowed).toBe(true)
      }),
    )
  })

  test('nobody may do more through an application than the most that it says', () => {
    const grant: fc.Arbitrary<Grant> = fc.record({
      tenants: fc.constant(['acme']),
      permissions: fc.option(permissions),
      roles: fc.constant([]),
      products: fc.option(fc.array(name, { maxLength: 2 })),
      terraformStates: fc.constant('*'),
    })
    fc.assert(
      fc.property(someone, grant, verb, someStates, (who, ceiling, what, client) => {
        const through = {
          ...who,
          permissions:
            ceiling.permissions === null ? who.permissions : who.permissions.intersection(new Set(ceiling.permissions)),
          products:
            ceiling.products === null ? who.products : who.products.filter((one) => ceiling.products?.includes(one)),
        }
        const most = explain(mostThrough({ name: 'portal', grant: ceiling }, client), what, client)
        expect(!explain(through, what, client).allowed || most.allowed).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
