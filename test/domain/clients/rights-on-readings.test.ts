import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accessIssues, needsReading, readingCouldLetIn, rightOnReading } from '../../../domain/clients/rights.ts'
import { admissionsOf, claimsOf } from '../../../domain/access/authorize.ts'
import { accessOf } from '../../../domain/clients/desired.ts'
import type { Auth0Client, Permission, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { caller } from '../callers.ts'
import { ann, scoped, admin, shown, client, may } from './rights-support.ts'
import type { Known } from './rights-support.ts'

const wish = (values: Values, changesNothing = false) => ({ values, changesNothing })

/** Whether the change names an access field otherwise than it is owned. */
const needsAnother = (of: Known, change: Values): boolean =>
  needsReading(wish(change), admin, of, keys) ||
  (['owners', 'productName'] as const).some((path) => change[path] !== undefined && of.base[path] === undefined)

/** As observed where Nexus owns the field, and anything elsewhere. */
const mixed = (of: Known, observed: Auth0Client): Auth0Client => {
  const [was, is] = [Object(of.observed['client_metadata']), Object(observed['client_metadata'])]
  return {
    client_metadata: {
      owners: (of.base.owners === undefined ? is : was).owners,
      product_name: (of.base.productName === undefined ? is : was).product_name,
    },
  }
}

describe('what is decided on a reading of its own', () => {
  const owners = { owners: ['auth0|ann', 'auth0|new'] }
  test.each([
    { reason: 'owners, as observed', values: owners, state: client(shown(['auth0|ann'])), who: ann, reads: true },
    {
      reason: 'a product, as observed',
      values: { productName: 'x' },
      state: client(shown(['auth0|ann'])),
      who: ann,
      reads: true,
    },
    {
      reason: 'owners, by a product as observed',
      values: owners,
      state: client(shown([], 'Shop')),
      who: scoped,
      reads: true,
    },
    {
      reason: 'the very owners that were observed: whoever was taken off since puts themselves back by it',
      values: { owners: ['auth0|ann'] },
      state: client(shown(['auth0|ann'])),
      who: ann,
      reads: true,
    },
    {
      reason: 'cleared',
      values: { productName: null },
      state: client(shown(['auth0|ann'], 'x')),
      who: ann,
      reads: true,
    },
    {
      reason: 'other fields only',
      values: { callbackUrls: ['https://a.test'], applicationName: 'x' },
      state: client(shown(['auth0|ann'])),
      who: ann,
      reads: false,
    },
    {
      reason: 'owners that Nexus owns',
      values: owners,
      state: client(shown(['auth0|ann']), { owners: ['auth0|ann'] }),
      who: ann,
      reads: false,
    },
    {
      reason: 'owners that are to be owned: what is confirmed is an observation',
      values: owners,
      state: client(shown(['auth0|ann']), {}, { owners: ['auth0|ann', 'x'] }),
      who: ann,
      reads: true,
    },
    {
      reason: 'two rights, one of which Nexus owns',
      values: owners,
      state: client(shown(['auth0|ann'], 'Shop'), { productName: 'Shop' }),
      who: caller({ products: ['Shop'] }),
      reads: false,
    },
    {
      reason: 'two rights, the owned one in drift',
      values: owners,
      state: client(shown(['auth0|ann'], 'Vault'), { productName: 'Shop' }),
      who: caller({ products: ['Shop'] }),
      reads: true,
    },
    {
      reason: 'owners owned, and a product is what lets in',
      values: owners,
      state: client(shown(['auth0|bob'], 'Shop'), { owners: ['auth0|bob'] }),
      who: scoped,
      reads: true,
    },
    {
      reason: 'a product that Nexus owns already, as it is',
      values: { productName: 'Shop' },
      state: client(shown(['auth0|ann'], 'Shop'), { productName: 'Shop' }),
      who: ann,
      reads: false,
    },
    {
      reason: 'the same while another is waiting',
      values: { productName: 'Shop' },
      state: client(shown(['auth0|ann'], 'Shop'), { productName: 'Shop' }, { productName: 'Shed' }),
      who: ann,
      reads: true,
    },
    { reason: 'client.write.all', values: owners, state: client(shown(['auth0|ann'])), who: admin, reads: false },
    { reason: 'whoever has no right', values: owners, state: client(shown(['auth0|bob'])), who: ann, reads: false },
  ])('$reason: $reads', ({ values, state, who, reads }) => {
    expect(needsReading(wish(values), who, state, keys)).toBe(reads)
  })

  test.each([
    { reason: 'a product that is there, and not their own', values: { productName: 'Vault' }, who: ann, reads: false },
    {
      reason: 'a product that lets them in',
      values: { productName: 'Vault' },
      who: caller({ products: ['Vault'] }),
      reads: true,
    },
    { reason: 'the owners that are there', values: { owners: ['auth0|ann'] }, who: ann, reads: true },
  ])('what was observed a moment ago, $reason: $reads', ({ values, who, reads }) => {
    expect(needsReading(wish(values, true), who, client(shown(['auth0|ann'], 'Vault')), keys)).toBe(reads)
  })

  const state = client(shown(['auth0|ann']))
  test.each([
    { reason: 'nobody has read', reading: undefined, kind: 'unread' },
    { reason: 'it still lets them in', reading: shown(['auth0|ann', 'x']), kind: 'allowed' },
    { reason: 'they were taken off meanwhile', reading: shown(['auth0|bob']), kind: 'forbidden' },
    { reason: 'the key is gone', reading: shown(null), kind: 'forbidden' },
  ])('$reason: $kind', ({ reading, kind }) => {
    expect(rightOnReading(wish(owners), ann, state, reading, keys).kind).toBe(kind)
  })

  test('on the reading they are let in by their product alone: its bounds count', () => {
    const both = caller({ products: ['Shop'] })
    const stored = client(shown(['auth0|ann'], 'Shop'))
    expect(rightOnReading(wish({ productName: 'Vault' }), both, stored, shown(['auth0|ann'], 'Shop'), keys).kind).toBe(
      'allowed',
    )
    expect(rightOnReading(wish({ productName: 'Vault' }), both, stored, shown(['x'], 'Shop'), keys)).toMatchObject({
      kind: 'impossible',
      issues: [{ pointer: '/productName' }],
    })
  })
})

describe('whom a reading could let in', () => {
  test.each([
    { reason: 'nothing is owned', state: client(shown(['auth0|bob'])), who: ann, could: true },
    {
      reason: 'both are owned, and neither is theirs',
      state: client(shown(['auth0|bob']), { owners: ['auth0|bob'], productName: 'Vault' }),
      who: ann,
      could: false,
    },
    {
      reason: 'owners are owned, and they have no product',
      state: client(shown(['auth0|bob']), { owners: ['auth0|bob'] }),
      who: ann,
      could: false,
    },
    {
      reason: 'owners are owned, and a product might be theirs',
      state: client(shown(['auth0|bob']), { owners: ['auth0|bob'] }),
      who: scoped,
      could: true,
    },
    {
      reason: 'they were taken off, and may be back',
      state: client(shown([]), { owners: ['auth0|ann'], productName: 'x' }),
      who: ann,
      could: true,
    },
    {
      reason: 'a change that waits takes them off',
      state: client(shown([]), {}, { owners: ['auth0|bob'], productName: 'Vault' }),
      who: ann,
      could: false,
    },
    { reason: 'no permission', state: client(shown([])), who: caller({ permissions: new Set() }), could: false },
  ])('$reason: $could', ({ state, who, could }) => {
    expect(readingCouldLetIn(who, state)).toBe(could)
  })
})

describe('laws', () => {
  const name = fc.constantFrom('auth0|ann', 'auth0|bob', 'team', 'x')
  const product = fc.option(fc.constantFrom('Shop', 'Vault', ''))
  const values: fc.Arbitrary<Values> = fc.record({ owners: fc.array(name), productName: product }, { requiredKeys: [] })
  const auth0 = fc.tuple(fc.option(fc.array(name)), product).map(([owners, of]) => shown(owners, of))
  const state = fc
    .tuple(auth0, values, fc.array(values, { maxLength: 2 }))
    .map(([observed, base, pending]) => client(observed, base, ...pending))
  const who = fc
    .record({
      id: fc.constantFrom('auth0|ann', 'auth0|eve'),
      roles: fc.subarray(['team']),
      products: fc.subarray(['Shop', 'Vault']),
      permissions: fc
        .subarray<Permission>(['client.read', 'client.read.all', 'client.write', 'client.write.all'])
        .map((held) => new Set(held)),
    })
    .map(caller)

  test('who may write may read', () => {
    fc.assert(
      fc.property(who, state, (one, of) => {
        expect(!may(one, of) || may(one, of, 'read')).toBe(true)
      }),
    )
  })

  test('what lists compare is what reading decides', () => {
    fc.assert(
      fc.property(who, state, (one, of) => {
        const claims = claimsOf(one, 'read')
        const { confirmed, desired } = accessOf(of, keys)
        const listed =
          claims === 'all' ||
          [confirmed, desired].every((access) => admissionsOf(access).some((admission) => claims.includes(admission)))
        expect(listed).toBe(may(one, of, 'read'))
      }),
    )
  })

  test('whoever is shown less in Auth0 never writes more, where Nexus owns who may', () => {
    fc.assert(
      fc.property(who, state, fc.array(name), (one, of, fewer) => {
        const { owners, productName } = accessOf(of, keys).confirmed
        const owned = { ...of, base: { ...of.base, owners, productName } }
        const left = owners.filter((owner) => fewer.every((one) => one !== owner))
        const full = { ...owned, observed: shown(owners, productName) }
        const less = { ...owned, observed: shown(left, productName) }
        expect(!may(one, less) || may(one, full)).toBe(true)
      }),
    )
  })

  test('a reading lets in only whom it could', () => {
    fc.assert(
      fc.property(who, state, auth0, (one, of, observed) => {
        expect(!may(one, { ...of, observed }) || readingCouldLetIn(one, of)).toBe(true)
      }),
    )
  })

  test('without a reading a change of access is allowed only where no reading could refuse it', () => {
    fc.assert(
      fc.property(who, state, values, auth0, (one, of, change, observed) => {
        if (!may(one, of) || rightOnReading(wish(change), one, of, undefined, keys).kind !== 'allowed') return
        const changesAccess = ['owners', 'productName'].some((path) => path in change)
        if (!changesAccess || !needsAnother(of, change)) return
        // Of fields that Nexus owns, drift is no reading's matter.
        const other = { ...of, observed: mixed(of, observed) }
        expect(may(one, other)).toBe(true)
      }),
    )
  })

  test('a change that is allowed never leaves its author without access, whatever becomes of those that wait', () => {
    fc.assert(
      fc.property(who, state, values, fc.integer({ min: 0, max: 3 }), (one, of, change, refused) => {
        if (!may(one, of) || accessIssues(change, one, of, keys).length > 0) return
        const settled = of.pending.filter((_, index) => (refused & (1 << index)) === 0)
        // None of them, or all of them: what lies between is decided by the ones that are left.
        if (settled.length > 0 && settled.length < of.pending.length) return
        const base = Object.assign({}, of.base, ...settled.map((one) => one.values), change)
        const after = client(of.observed, base)
        expect(may(one, after, 'read')).toBe(true)
      }),
    )
  })
})
