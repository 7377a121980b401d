import { expect, test } from 'vitest'
import { glanceOf, glanceOfSync } from '../../../console/src/clients/glance.ts'
import { isNarrowed, queryOf } from '../../../console/src/clients/list/filters.ts'
import { clientsOf, pageOf, withPage } from '../../../console/src/clients/list/pages.ts'
import type { Pages } from '../../../console/src/clients/list/pages.ts'
import { withPart } from '../../../console/src/ui/address/with-part.ts'

test.each([
  { reason: 'nothing is asked for', address: '', query: {} },
  { reason: 'spaces around a text are none of it', address: 'text=%20bill%20', query: { text: 'bill' } },
  { reason: 'the order by name is the usual one', address: 'sort=name', query: {} },
  { reason: 'another order is asked for', address: 'sort=-updated', query: { sort: '-updated' } },
  { reason: 'what the API would refuse is left out', address: 'sort=colour&sync=odd&drifted=1', query: {} },
  { reason: 'a name of Object is no choice', address: 'sync=constructor&sort=toString', query: {} },
  {
    reason: 'filters are told as they are',
    address: 'sync=pending&drifted=true&terraform=manual&manuallyCreated=false&product=A%26B&owner=auth0|ann',
    query: {
      sync: 'pending',
      drifted: 'true',
      terraform: 'manual',
      manuallyCreated: 'false',
      product: 'A&B',
      owner: 'auth0|ann',
    },
  },
  {
    reason: 'a text is as long as the API takes it',
    address: `text=${'x'.repeat(300)}`,
    query: { text: 'x'.repeat(200) },
  },
])('A list is asked for by its address: $reason', ({ address, query }) => {
  expect(queryOf(new URLSearchParams(address))).toEqual(query)
})

test('A part of the address is set and taken away, and the others stay', () => {
  const address = new URLSearchParams('text=a&sync=pending')
  expect(withPart(address, 'text', 'b & c').toString()).toBe('text=b+%26+c&sync=pending')
  expect(withPart(address, 'text', '').toString()).toBe('sync=pending')
})

test('Only what leaves clients out narrows a list', () => {
  expect(isNarrowed({ sort: '-name' })).toBe(false)
  expect(isNarrowed({ sort: '-name', text: 'a' })).toBe(true)
})

const listed = (id: string) => ({
  id,
  name: id,
  type: null,
  owners: null,
  productName: null,
  applicationName: null,
  manuallyCreated: true,
  terraform: 'manual' as const,
  sync: 'synced' as const,
  drifted: false,
  observedAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})
const page = (ids: string, next: string | null) => ({ clients: ids.split('').map(listed), next })
const idsOf = ({ pages }: Pages): string =>
  clientsOf(pages)
    .map(({ id }) => id)
    .join('')

const data: Pages = { pages: [page('ab', '1'), page('cd', '2'), page('e', null)], pageParams: [null, '1', '2'] }

test.each([
  { reason: 'a page that ends where it ended is put in its place', at: 1, with: page('cD', '2'), ids: 'abcDe' },
  { reason: 'one that ends elsewhere lets those after it go', at: 0, with: page('aX', '9'), ids: 'aX' },
  { reason: 'the last has none after it', at: 2, with: page('ef', '3'), ids: 'abcdef' },
])('A page of a list is renewed: $reason', ({ at, with: renewed, ids }) => {
  expect(idsOf(withPage(data, at, renewed))).toBe(ids)
})

test('A client that stands on two pages is shown once', () => {
  expect(clientsOf([page('ab', '1'), page('bc', null)]).map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})

test('A row stands on the page that holds it, a row beyond the end on the last', () => {
  expect([0, 1, 2, 3, 4, 9].map((row) => pageOf(data.pages, row))).toEqual([0, 0, 1, 1, 2, 2])
  expect(pageOf([], 0)).toBe(0)
})

test.each([
  { sync: 'stalled', drifted: true, glance: 'stalled', reason: 'what fails comes first' },
  { sync: 'paused', drifted: true, glance: 'paused', reason: 'a stop comes before what waits behind it' },
  { sync: 'pending', drifted: true, glance: 'waiting', reason: 'a change is on its way, and may end the drift' },
  { sync: 'synced', drifted: true, glance: 'drifted', reason: 'nothing waits, and Auth0 has something else' },
  { sync: 'synced', drifted: false, glance: 'synced', reason: 'nothing is to be said' },
] as const)('A client is told in one word: $reason', ({ glance, ...standing }) => {
  expect(glanceOf(standing)).toBe(glance)
})

const condition = (type: 'Synced' | 'Drifted' | 'Stalled' | 'Paused', reason = '') => ({
  type,
  status: 'True' as const,
  reason,
  message: `${type}.`,
  settledGeneration: 0,
  since: null,
})
const pending = ['a change']

test.each([
  {
    reason: 'a stopped client is paused, though nothing waits',
    conditions: [condition('Paused', 'ClientPaused')],
    waits: false,
    glance: 'paused',
  },
  {
    reason: 'a stopped tenant matters to what waits',
    conditions: [condition('Paused', 'TenantHeld')],
    waits: true,
    glance: 'paused',
  },
  { reason: 'and to nothing else', conditions: [condition('Paused', 'TenantHeld')], waits: false, glance: 'synced' },
  { reason: 'tries fail', conditions: [condition('Stalled')], waits: true, glance: 'stalled' },
  { reason: 'a change waits', conditions: [], waits: true, glance: 'waiting' },
  { reason: 'a field has drifted', conditions: [condition('Drifted')], waits: false, glance: 'drifted' },
])('One client is told by its conditions as a list tells it: $reason', ({ conditions, waits, glance }) => {
  expect(glanceOfSync({ conditions, pending: waits ? pending : [] })).toBe(glance)
})
