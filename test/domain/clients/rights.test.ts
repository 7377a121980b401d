import { describe, expect, test } from 'vitest'
import { accessIssues, rightTo } from '../../../domain/clients/rights.ts'
import type { Caller, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { caller } from '../callers.ts'
import { ann, scoped, admin, shown, client, may } from './rights-support.ts'
import type { Known } from './rights-support.ts'

const team = caller({ id: 'auth0|tom', roles: ['team'] })

const pointers = (values: Values, who: Caller, state: Known) =>
  accessIssues(values, who, state, keys).map(({ pointer }) => pointer)

describe('whoever was taken off in Auth0 writes no more', () => {
  const both = ['auth0|ann', 'team']
  test.each([
    { reason: 'not owned, and seen', state: client(shown(['team'])), who: ann, writes: false, reads: false },
    {
      reason: 'owned: it is drift',
      state: client(shown(['team']), { owners: both }),
      who: ann,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, a role',
      state: client(shown(['auth0|ann']), { owners: both }),
      who: team,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, who is left',
      state: client(shown(['team']), { owners: both }),
      who: team,
      writes: true,
      reads: true,
    },
    {
      reason: 'owned, the list emptied',
      state: client(shown([]), { owners: both }),
      who: ann,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, the key gone',
      state: client(shown(null), { owners: both }),
      who: ann,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, only another order',
      state: client(shown(['team', 'auth0|ann']), { owners: both }),
      who: ann,
      writes: true,
      reads: true,
    },
    {
      reason: 'owned, written with commas',
      state: client({ client_metadata: { owners: 'team, auth0|ann' } }, { owners: both }),
      who: ann,
      writes: true,
      reads: true,
    },
    {
      reason: 'owned, in another case',
      state: client(shown(['auth0|Ann', 'team']), { owners: both }),
      who: ann,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, with a change that waits and would put them back: it binds when Auth0 has it',
      state: client(shown(['team']), { owners: both }, { owners: [...both, 'auth0|bob'] }),
      who: ann,
      writes: false,
      reads: true,
    },
    {
      reason: 'owned, but their product lets them in as well',
      state: client(shown(['team'], 'Shop'), { owners: both }),
      who: caller({ products: ['Shop'] }),
      writes: true,
      reads: true,
    },
    {
      reason: 'the product was taken away',
      state: client(shown(['team'], 'Vault'), { productName: 'Shop' }),
      who: scoped,
      writes: false,
      reads: true,
    },
    {
      reason: 'another field has drifted',
      state: client({ ...shown(both), callbacks: ['https://evil.test'] }, { owners: both, callbackUrls: [] }),
      who: ann,
      writes: true,
      reads: true,
    },
    { reason: 'client.write.all', state: client(shown([]), { owners: both }), who: admin, writes: true, reads: true },
  ])('$reason', ({ state, who, writes, reads }) => {
    expect({ writes: may(who, state), reads: may(who, state, 'read') }).toEqual({ writes, reads })
  })

  test('an addition gives nothing until it is accepted', () => {
    const added = shown(['auth0|bob', 'auth0|ann'])
    expect(may(ann, client(added, { owners: ['auth0|bob'] }))).toBe(false)
    expect(may(ann, client(added, { owners: ['auth0|bob'] }), 'read')).toBe(false)
    expect(may(ann, client(added, { owners: ['auth0|bob', 'auth0|ann'] }))).toBe(true)
    expect(may(ann, client(added))).toBe(true)
  })

  test('the refusal says how it ends', () => {
    const decision = rightTo(ann, 'write', client(shown([]), { owners: ['auth0|ann'] }), keys)
    expect(decision).toMatchObject({ allowed: false, missing: 'relation', detail: expect.stringContaining('/sync') })
  })
})

describe('what a change may not do to the access of its author', () => {
  const ofShop = client(shown(['auth0|bob'], 'Shop'))
  const withSue = ['auth0|bob', 'auth0|sue']

  test.each([
    { reason: 'another of their products', values: { productName: 'Shed' }, state: ofShop, who: scoped, issues: [] },
    {
      reason: 'a product outside',
      values: { productName: 'Vault' },
      state: ofShop,
      who: scoped,
      issues: ['/productName'],
    },
    {
      reason: 'one in another case',
      values: { productName: 'shop' },
      state: ofShop,
      who: scoped,
      issues: ['/productName'],
    },
    { reason: 'cleared', values: { productName: null }, state: ofShop, who: scoped, issues: ['/productName'] },
    { reason: 'emptied', values: { productName: '' }, state: ofShop, who: scoped, issues: ['/productName'] },
    {
      reason: 'outside, becoming an owner by the same change',
      values: { productName: 'Vault', owners: withSue },
      state: ofShop,
      who: scoped,
      issues: ['/productName'],
    },
    {
      reason: 'cleared, becoming an owner by the same change',
      values: { productName: null, owners: withSue },
      state: ofShop,
      who: scoped,
      issues: ['/productName'],
    },
    {
      reason: 'outside, while the change that makes them an owner waits',
      values: { productName: 'Vault' },
      state: client(shown(['auth0|bob'], 'Shop'), {}, { owners: withSue }),
      who: scoped,
      issues: ['/productName'],
    },
    {
      reason: 'outside, once Auth0 has them as an owner',
      values: { productName: 'Vault' },
      state: client(shown(withSue, 'Shop'), { owners: withSue }),
      who: scoped,
      issues: [],
    },
    {
      reason: 'outside, an owner who was taken off in Auth0',
      values: { productName: 'Vault' },
      state: client(shown(['auth0|bob'], 'Shop'), { owners: withSue }),
      who: scoped,
      issues: ['/productName'],
    },
    {
      reason: 'outside, while a change waits that takes them off the owners',
      values: { productName: 'Vault' },
      state: client(shown(withSue, 'Shop'), { owners: withSue }, { owners: ['auth0|bob'] }),
      who: scoped,
      issues: ['/productName'],
    },
    { reason: 'owners only, by product', values: { owners: [] }, state: ofShop, who: scoped, issues: [] },
    {
      reason: 'an owner leaves',
      values: { owners: ['auth0|bob'] },
      state: client(shown(['auth0|ann'])),
      who: ann,
      issues: ['/owners'],
    },
    {
      reason: 'an owner stays by a role',
      values: { owners: ['team'] },
      state: client(shown(['auth0|tom'])),
      who: team,
      issues: [],
    },
    {
      reason: 'an owner names any product',
      values: { productName: 'Vault' },
      state: client(shown(['auth0|ann'])),
      who: ann,
      issues: [],
    },
    {
      reason: 'an owner leaves for a product that still waits, and may be refused',
      values: { owners: ['auth0|bob'] },
      state: client(shown(['auth0|sue'], 'Vault'), {}, { productName: 'Shop' }),
      who: scoped,
      issues: ['/owners'],
    },
    {
      reason: 'an owner leaves for a product by the same change',
      values: { owners: ['auth0|bob'], productName: 'Shop' },
      state: client(shown(['auth0|sue'], 'Vault')),
      who: scoped,
      issues: [],
    },
    { reason: 'client.write.all', values: { owners: [], productName: 'Vault' }, state: ofShop, who: admin, issues: [] },
    { reason: 'other fields', values: { callbackUrls: [] }, state: ofShop, who: scoped, issues: [] },
  ])('$reason', ({ values, state, who, issues }) => {
    expect(pointers(values, who, state)).toEqual(issues)
  })
})
