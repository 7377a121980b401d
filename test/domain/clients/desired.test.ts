import { describe, expect, test } from 'vitest'
import {
  accessGiven,
  accessIn,
  accessOf,
  driftOf,
  effective,
  fold,
  pendingPaths,
  valuesBefore,
} from '../../../domain/clients/desired.ts'
import type { Auth0Client, PendingChange, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const waiting = (...values: readonly Values[]): PendingChange[] =>
  values.map((one, index) => ({ id: String(index), generation: index + 1, values: one }))
const observed: Auth0Client = {
  callbacks: ['https://a.test'],
  client_metadata: { owners: '["ann"]', product_name: 'Shop' },
}

test('the wishes: what was confirmed, and over it the changes in their order', () => {
  const pending = waiting({ productName: 'a', applicationName: 'a' }, { productName: null })
  const base: Values = { productName: 'x', callbackUrls: [] }
  expect(fold(base, pending)).toEqual({ productName: null, applicationName: 'a', callbackUrls: [] })
  expect(base).toEqual({ productName: 'x', callbackUrls: [] })
  expect(pendingPaths(pending)).toEqual(['productName', 'applicationName'])
})

test('what the fields of a change are before it: those that it names, as a caller sees them', () => {
  const state = { observed, base: { productName: 'Shed' }, pending: waiting({ applicationName: 'Till' }) }
  const values: Values = {
    productName: 'x',
    applicationName: 'y',
    callbackUrls: [],
    allowedLogoutUrls: ['https://a.test'],
  }
  expect(valuesBefore(state, values, keys)).toEqual({
    productName: 'Shed',
    applicationName: 'Till',
    callbackUrls: ['https://a.test'],
    allowedLogoutUrls: null,
  })
})

describe('what a caller sees', () => {
  test.each<{ reason: string; base: Values; pending: Values[]; sees: Values }>([
    { reason: 'what is observed, where nothing is owned', base: {}, pending: [], sees: { productName: 'Shop' } },
    {
      reason: 'the wish over what is observed',
      base: {},
      pending: [{ productName: 'Shed' }],
      sees: { productName: 'Shed', callbackUrls: ['https://a.test'] },
    },
    {
      reason: 'the confirmed value over a drifted one',
      base: { productName: 'Shed' },
      pending: [],
      sees: { productName: 'Shed' },
    },
    {
      reason: 'nothing, where that is the wish',
      base: {},
      pending: [{ callbackUrls: [] }],
      sees: { callbackUrls: [] },
    },
    {
      reason: 'nothing, as Auth0 answered it: a field reads the same whether it is owned or not',
      base: { allowedLogoutUrls: [], applicationName: '' },
      pending: [],
      sees: { allowedLogoutUrls: null, applicationName: null },
    },
    {
      reason: 'the wished order',
      base: { callbackUrls: ['https://b.test', 'https://a.test'] },
      pending: [],
      sees: { callbackUrls: ['https://b.test', 'https://a.test'] },
    },
  ])('$reason', ({ base, pending, sees }) => {
    expect(effective({ observed, base, pending: waiting(...pending) }, keys)).toMatchObject(sees)
  })
})

describe('whom a client lets in', () => {
  test.each<{ reason: string; base: Values; pending: Values[]; confirmed: object; desired: object }>([
    {
      reason: 'as Auth0 shows it, where Nexus owns nothing',
      base: {},
      pending: [],
      confirmed: { owners: ['ann'], productName: 'Shop' },
      desired: { owners: ['ann'], productName: 'Shop' },
    },
    {
      reason: 'as confirmed, where somebody else has changed it',
      base: { owners: ['bob'] },
      pending: [],
      confirmed: { owners: ['bob'], productName: 'Shop' },
      desired: { owners: ['bob'], productName: 'Shop' },
    },
    {
      reason: 'a wish counts as a wish only',
      base: { owners: ['bob'] },
      pending: [{ productName: null, callbackUrls: [] }, { owners: ['eve'] }],
      confirmed: { owners: ['bob'], productName: 'Shop' },
      desired: { owners: ['eve'], productName: null },
    },
  ])('$reason', ({ base, pending, confirmed, desired }) => {
    const state = { observed, base, pending: waiting(...pending) }
    expect(accessOf(state, keys)).toEqual({ confirmed, desired })
    expect(accessGiven(state, { owners: ['ann'], productName: 'Shop' })).toEqual({ confirmed, desired })
  })

  test('nobody where nothing is said', () => {
    expect(accessIn({})).toEqual({ owners: [], productName: null })
  })
})

test('only what Nexus owns drifts, and another order is told from another value', () => {
  const base: Values = { callbackUrls: ['https://a.test'], owners: ['bob'], applicationName: null }
  expect(driftOf(base, observed, keys)).toEqual([{ path: 'owners', kind: 'different' }])
  expect(driftOf({ callbackUrls: ['y', 'x'], allowedLogoutUrls: ['z'] }, { callbacks: ['x', 'y'] }, keys)).toEqual([
    { path: 'callbackUrls', kind: 'reordered' },
    { path: 'allowedLogoutUrls', kind: 'different' },
  ])
})
