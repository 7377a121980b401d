import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asOwner, asProduct } from '../../../domain/access/authorize.ts'
import {
  folded,
  listingChange,
  listingOf,
  readByOf,
  syncOf,
  syncWords,
  terraformOf,
  terraformWords,
  within,
} from '../../../domain/clients/listing.ts'
import type { Auth0Client, PendingChange, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const waiting = (values: Values): PendingChange[] => [{ id: 'p', generation: 1, values }]
const client = (observed: Auth0Client, more: { base?: Values; pending?: PendingChange[] } = {}) => ({
  key: { tenantId: 'acme', clientId: 'AbC' },
  observed,
  base: {},
  pending: [],
  ...more,
})
const observed: Auth0Client = {
  name: 'Till of the Shop',
  client_metadata: { owners: '["Ann","billing"]', product_name: 'SHOP', application_name: 'Cash Desk' },
}

describe('what lists look at', () => {
  test('a client with everything: folded where it is searched and sorted, exact where access is compared', () => {
    const admits = ['acme owner Ann', 'acme owner billing', 'acme product SHOP']
    expect(listingOf(client(observed), keys)).toEqual({
      name: 'till of the shop',
      product: 'shop',
      words: 'till of the shop\nabc\nshop\ncash desk',
      admitsConfirmed: admits,
      admitsDesired: admits,
      drifted: false,
      readBy: readByOf(keys),
    })
    expect(within('acme', [asOwner('Ann'), asOwner('billing'), asProduct('SHOP')])).toEqual(admits)
  })

  test('a client with nothing', () => {
    expect(listingOf(client({}), keys)).toMatchObject({
      name: '',
      product: '',
      words: '\nabc\n\n',
      admitsConfirmed: [],
      admitsDesired: [],
    })
  })

  test('what waits is found and sorted by, and lets nobody in before Auth0 has it', () => {
    const state = client(observed, { pending: waiting({ owners: ['Eve'], productName: 'Shed', applicationName: 'X' }) })
    expect(listingOf(state, keys)).toMatchObject({
      product: 'shed',
      words: 'till of the shop\nabc\nshed\nx',
      admitsConfirmed: ['acme owner Ann', 'acme owner billing', 'acme product SHOP'],
      admitsDesired: ['acme owner Eve', 'acme product Shed'],
    })
  })

  test.each([
    { reason: 'no longer than an index takes', name: 'x'.repeat(300), sorted: 'x'.repeat(200) },
    { reason: 'not ending in half of a pair', name: `${'x'.repeat(199)}😀`, sorted: `${'x'.repeat(199)}\ufffd` },
  ])('a name is sorted by $reason, and found in full', ({ name, sorted }) => {
    const listing = listingOf(client({ name }), keys)
    expect(listing.name).toBe(sorted)
    expect(listing.words.startsWith(`${name}\n`)).toBe(true)
  })

  test('a field that Nexus owns and Auth0 has otherwise', () => {
    expect(listingOf({ ...client(observed), base: { productName: 'Shop' } }, keys).drifted).toBe(true)
    expect(listingOf({ ...client(observed), base: { productName: 'SHOP' } }, keys).drifted).toBe(false)
  })

  test('letters are the same composed or not, great or small', () => {
    expect(folded('E\u0301TE\u0301')).toBe(folded('\u00e9t\u00e9'))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(folded(text.normalize('NFD'))).toBe(folded(text.normalize('NFC')))
      }),
    )
  })

  test.each(['owners', 'productName', 'applicationName', 'client_upn_key'] as const)(
    'a listing that was read by another key of %s is out of date',
    (field) => {
      expect(readByOf({ ...keys, [field]: 'other' })).not.toBe(readByOf(keys))
    },
  )
})

describe('after a step', () => {
  test('the listing is the same where nothing has changed that lists look at', () => {
    const after = client({ ...observed, description: 'x' })
    expect(listingChange(client(observed), after, keys)).toBeUndefined()
  })

  test.each<{ reason: string; after: ReturnType<typeof client>; changed: object }>([
    { reason: 'another name', after: client({ ...observed, name: 'Desk' }), changed: { name: 'desk' } },
    {
      reason: 'a wish about who may reach it',
      after: client(observed, { pending: waiting({ owners: [] }) }),
      changed: { admitsDesired: ['acme product SHOP'] },
    },
  ])('the listing is another: $reason', ({ after, changed }) => {
    expect(listingChange(client(observed), after, keys)).toMatchObject(changed)
  })
})

describe('how a client stands, in one word', () => {
  const calm = { waiting: false, paused: false, tenantStopped: false, stalled: false }
  test.each([
    { reason: 'nothing waits', facts: {}, word: 'synced' },
    { reason: 'a change waits', facts: { waiting: true }, word: 'pending' },
    { reason: 'tries keep failing', facts: { waiting: true, stalled: true }, word: 'stalled' },
    { reason: 'they failed, though nothing waits', facts: { stalled: true }, word: 'stalled' },
    { reason: 'the client is stopped', facts: { paused: true }, word: 'paused' },
    { reason: 'the client is stopped, whatever else', facts: { paused: true, stalled: true }, word: 'paused' },
    { reason: 'its tenant is, and a change waits', facts: { waiting: true, tenantStopped: true }, word: 'paused' },
    {
      reason: 'its tenant is: then it is not tried',
      facts: { waiting: true, tenantStopped: true, stalled: true },
      word: 'paused',
    },
    { reason: 'its tenant is, and nothing waits', facts: { tenantStopped: true }, word: 'synced' },
  ])('$reason: $word', ({ facts, word }) => {
    expect(syncOf({ ...calm, ...facts })).toBe(word)
  })

  test.each([
    { reason: 'no state has it', states: 0, asked: null, word: 'manual' },
    { reason: 'one has it', states: 1, asked: null, word: 'managed' },
    { reason: 'it is to go into one', states: 0, asked: 'adopt', word: 'adopting' },
    { reason: 'it is to leave the one that has it', states: 1, asked: 'release', word: 'releasing' },
    { reason: 'two have it, whatever is asked for', states: 2, asked: 'release', word: 'conflict' },
  ] as const)('$reason: $word', ({ states, asked, word }) => {
    expect(terraformOf(states, asked)).toBe(word)
  })

  test('these words, and those of how it stands with Terraform, are all there are', () => {
    expect(syncWords).toEqual(['synced', 'pending', 'stalled', 'paused'])
    expect(terraformWords).toEqual(['manual', 'managed', 'adopting', 'releasing', 'conflict'])
  })
})
