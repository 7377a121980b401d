import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { admissionsOf, authorize, claimsOf, couldReachAny } from '../../../domain/access/authorize.ts'
import type { Access } from '../../../domain/access/authorize.ts'
import type { Permission } from '../../../domain/vocabulary.ts'
import { caller } from '../callers.ts'

describe('relations as texts', () => {
  test.each<{ reason: string; access: Partial<Access>; admits: number }>([
    { reason: 'every owner', access: { owners: ['auth0|ann', 'billing'] }, admits: 2 },
    { reason: 'the product', access: { productName: 'Shop' }, admits: 1 },
    { reason: 'no product', access: { owners: ['billing'], productName: null }, admits: 1 },
    { reason: 'an empty product name is none', access: { productName: '' }, admits: 0 },
  ])('a client lets in: $reason', ({ access, admits }) => {
    expect(admissionsOf({ owners: [], productName: null, ...access })).toHaveLength(admits)
  })

  test('who has no permission can show nothing, whoever they are', () => {
    const nobody = caller({ permissions: new Set(), roles: ['billing'], products: ['Shop'] })
    expect(claimsOf(nobody, 'read')).toEqual([])
  })
})

describe('laws', () => {
  const name = fc.constantFrom('auth0|ann', 'auth0|bob', 'billing', 'Billing', 'Shop', 'shop', '')
  const someone = fc.record({
    id: name,
    roles: fc.array(name),
    products: fc.array(name),
    permissions: fc
      .subarray<Permission>(['client.read', 'client.read.all', 'client.write', 'client.write.all'])
      .map((held) => new Set(held)),
  })
  const access = fc.record({ owners: fc.array(name), productName: fc.option(name) })

  test('who may write may read', () => {
    fc.assert(
      fc.property(someone, fc.array(access), (who, states) => {
        const writes = authorize(caller(who), 'write', states).allowed
        expect(!writes || authorize(caller(who), 'read', states).allowed).toBe(true)
      }),
    )
  })

  test('another state to satisfy never lets more in', () => {
    fc.assert(
      fc.property(someone, fc.array(access, { minLength: 1 }), access, (who, states, extra) => {
        const more = authorize(caller(who), 'write', [...states, extra]).allowed
        expect(!more || authorize(caller(who), 'write', states).allowed).toBe(true)
      }),
    )
  })

  test('whom a client lets in, the door of its tenant lets in', () => {
    fc.assert(
      fc.property(someone, fc.array(access), fc.constantFrom('read', 'write'), (who, states, verb) => {
        const inside = authorize(caller(who), verb, states).allowed
        expect(!inside || couldReachAny(caller(who), verb, 'acme').allowed).toBe(true)
      }),
    )
  })

  test('the texts of a client and of a caller have one in common exactly where the client lets the caller in', () => {
    fc.assert(
      fc.property(someone, access, fc.constantFrom('read', 'write'), (who, client, verb) => {
        const claims = claimsOf(caller(who), verb)
        const admissions = admissionsOf(client)
        const admitted = claims === 'all' || claims.some((claim) => admissions.includes(claim))
        expect(admitted).toBe(authorize(caller(who), verb, [client]).allowed)
      }),
    )
  })
})
