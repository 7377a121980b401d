import { describe, expect, test } from 'vitest'
import { changedSince, driftIn, lateWrites, nominates } from '../../../domain/clients/drift.ts'
import type { Auth0Client, FieldPath, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const base: Values = { callbackUrls: ['https://a.test', 'https://b.test'], productName: 'Shop', applicationName: null }

/** What Auth0 holds where nothing has drifted, and with what somebody did to it. */
const confirmed: Auth0Client = {
  callbacks: ['https://a.test', 'https://b.test'],
  client_metadata: { product_name: 'Shop' },
}
const withProduct = (product: string | undefined): Auth0Client => ({
  ...confirmed,
  client_metadata: { product_name: product },
})
const withCallbacks = (...callbacks: readonly string[]): Auth0Client => ({ ...confirmed, callbacks })

describe('what has drifted', () => {
  test.each<{ reason: string; observed: Auth0Client; found: unknown[] }>([
    { reason: 'nothing', observed: confirmed, found: [] },
    {
      reason: 'another value',
      observed: withProduct('Shed'),
      found: [{ path: 'productName', class: 'out-of-band', confirmed: 'Shop', observed: 'Shed' }],
    },
    {
      reason: 'a value where none is confirmed',
      observed: { ...confirmed, client_metadata: { product_name: 'Shop', application_name: 'Till' } },
      found: [{ path: 'applicationName', class: 'out-of-band', confirmed: null, observed: 'Till' }],
    },
    {
      reason: 'a value that is gone',
      observed: withProduct(undefined),
      found: [{ path: 'productName', class: 'out-of-band', confirmed: 'Shop', observed: null }],
    },
    {
      reason: 'another order only',
      observed: withCallbacks('https://b.test', 'https://a.test'),
      found: [
        {
          path: 'callbackUrls',
          class: 'reordered',
          confirmed: ['https://a.test', 'https://b.test'],
          observed: ['https://b.test', 'https://a.test'],
        },
      ],
    },
    {
      reason: 'a field that Nexus does not own',
      observed: { ...confirmed, allowed_logout_urls: ['https://x.test'] },
      found: [],
    },
  ])('$reason', ({ observed, found }) => {
    expect(driftIn({ base, observed, pending: [] }, keys)).toEqual(found)
  })

  test('what a waiting change names is about to be written, and is none; other fields are', () => {
    const observed = { ...withProduct('Shed'), callbacks: [] }
    const pending = [{ id: 'a', generation: 1, values: { productName: 'Barn' } }]
    expect(driftIn({ base, observed, pending }, keys).map(({ path }) => path)).toEqual(['callbackUrls'])
  })

  test.each([
    { reason: 'another value came with its apply', observed: withProduct('Shed'), kind: 'terraform' },
    {
      reason: 'another order is no more than that, whoever wrote it',
      observed: withCallbacks('https://b.test', 'https://a.test'),
      kind: 'reordered',
    },
  ])('since a state that manages the client has moved: $reason', ({ observed, kind }) => {
    expect(driftIn({ base, observed, pending: [] }, keys, 'main').map((drift) => drift.class)).toEqual([kind])
  })
})

test.each<{ reason: string; now: Auth0Client; known: FieldPath[]; changed: FieldPath[] }>([
  { reason: 'nothing', now: confirmed, known: [], changed: [] },
  { reason: 'a field', now: withProduct('Shed'), known: [], changed: ['productName'] },
  {
    reason: 'one that had drifted before does not count',
    now: withProduct('Shed'),
    known: ['productName'],
    changed: [],
  },
  {
    reason: 'another beside it does',
    now: { ...withProduct('Shed'), callbacks: [] },
    known: ['productName'],
    changed: ['callbackUrls'],
  },
])('changed during an apply: $reason', ({ now, known, changed }) => {
  expect(changedSince(base, now, known, keys)).toEqual(changed)
})

test.each([
  { reason: 'nothing has drifted', before: confirmed, page: confirmed, drifted: false, read: false },
  { reason: 'a new drift', before: confirmed, page: withProduct('Shed'), drifted: false, read: true },
  {
    reason: 'a drift that was seen before and is not known',
    before: withProduct('Shed'),
    page: withProduct('Shed'),
    drifted: false,
    read: true,
  },
  {
    reason: 'the known drift, as it was',
    before: withProduct('Shed'),
    page: withProduct('Shed'),
    drifted: true,
    read: false,
  },
  {
    reason: 'the known drift has changed again',
    before: withProduct('Shed'),
    page: withProduct('Barn'),
    drifted: true,
    read: true,
  },
  {
    reason: 'one of two known drifts has changed again',
    before: { ...withProduct('Shed'), callbacks: [] },
    page: { ...withProduct('Barn'), callbacks: [] },
    drifted: true,
    read: true,
  },
  { reason: 'the known drift is over', before: withProduct('Shed'), page: confirmed, drifted: true, read: true },
])('a page of a scan gives cause to read the client: $reason, $read', ({ before, page, drifted, read }) => {
  expect(nominates(base, before, page, drifted, keys)).toBe(read)
})

describe('what a late call of ours wrote', () => {
  test.each<{ reason: string; observed: Auth0Client; history: Values[]; late: FieldPath[] }>([
    {
      reason: 'the value of an earlier change',
      observed: withProduct('Shed'),
      history: [{ productName: 'Barn' }, { productName: 'Shed', callbackUrls: [] }],
      late: ['productName'],
    },
    {
      reason: 'a value that is nobody of ours is drift',
      observed: withProduct('Shed'),
      history: [{ productName: 'Barn' }],
      late: [],
    },
    {
      reason: 'the value of another field says nothing',
      observed: withProduct('Shed'),
      history: [{ applicationName: 'Shed' }],
      late: [],
    },
    {
      reason: 'an emptied field that no change named was emptied by somebody else',
      observed: withProduct(undefined),
      history: [{ callbackUrls: [] }],
      late: [],
    },
    {
      reason: 'an emptied field that a change did empty',
      observed: withProduct(undefined),
      history: [{ productName: null }],
      late: ['productName'],
    },
    {
      reason: 'another order of an earlier value is not that value',
      observed: withCallbacks('https://x.test', 'https://y.test'),
      history: [{ callbackUrls: ['https://y.test', 'https://x.test'] }],
      late: [],
    },
    { reason: 'nothing has drifted', observed: confirmed, history: [{ productName: 'Shop' }], late: [] },
    { reason: 'nothing was ever changed', observed: withProduct('Shed'), history: [], late: [] },
  ])('$reason', ({ observed, history, late }) => {
    expect(lateWrites(base, observed, history, keys)).toEqual(late)
  })
})
