import { describe, expect, test } from 'vitest'
import { previewOf } from '../../../domain/changes/preview.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const observed: Auth0Client = { callbacks: ['https://a.test'], client_metadata: { product_name: 'Shop' } }

const previewed = (values: Values, more: { pending?: Values[]; base?: Values; changesNothing?: boolean } = {}) => {
  const pending = (more.pending ?? []).map((values, index) => ({ id: String(index), generation: index + 1, values }))
  const state = {
    key: { tenantId: 'acme', clientId: 'c' },
    observed,
    observedAt: new Date(0),
    base: more.base ?? {},
    pending,
    generation: pending.length,
    settledGeneration: 0,
    oneByOneUntil: null,
  }
  return previewOf(state, values, more.changesNothing ?? false, keys)
}

describe('what an accepted patch would come to', () => {
  test.each<{
    reason: string
    values: Values
    more?: Parameters<typeof previewed>[1]
    expected: ReturnType<typeof previewed>
  }>([
    {
      reason: 'a field reads otherwise, and its member is sent',
      values: { productName: 'Shed' },
      expected: {
        fields: [{ field: 'productName', from: 'Shop', to: 'Shed' }],
        members: { client_metadata: { product_name: 'Shed' } },
      },
    },
    {
      reason: 'a field that stays as it is is sent, and not told',
      values: { productName: 'Shed', callbackUrls: ['https://a.test'] },
      expected: {
        fields: [{ field: 'productName', from: 'Shop', to: 'Shed' }],
        members: { client_metadata: { product_name: 'Shed' }, callbacks: ['https://a.test'] },
      },
    },
    {
      reason: 'another order is told',
      values: { callbackUrls: ['https://b.test', 'https://a.test'] },
      more: { base: { callbackUrls: ['https://a.test', 'https://b.test'] } },
      expected: {
        fields: [
          {
            field: 'callbackUrls',
            from: ['https://a.test', 'https://b.test'],
            to: ['https://b.test', 'https://a.test'],
          },
        ],
        members: { callbacks: ['https://b.test', 'https://a.test'] },
      },
    },
    {
      reason: 'from what waits already, which goes along',
      values: { productName: 'Barn' },
      more: { pending: [{ productName: 'Shed', callbackUrls: ['https://b.test'] }] },
      expected: {
        fields: [{ field: 'productName', from: 'Shed', to: 'Barn' }],
        members: { client_metadata: { product_name: 'Barn' }, callbacks: ['https://b.test'] },
      },
    },
    {
      reason: 'equal to what is there: it is sent, as what was observed may be old',
      values: { productName: 'Shop' },
      expected: { fields: [], members: { client_metadata: { product_name: 'Shop' } } },
    },
    {
      reason: 'equal to what was observed a moment ago: nothing is sent',
      values: { productName: 'Shop' },
      more: { changesNothing: true },
      expected: { fields: [], members: null },
    },
    { reason: 'a patch that names nothing sends nothing', values: {}, expected: { fields: [], members: null } },
    {
      reason: 'nor does it take along what waits: that is sent without it',
      values: {},
      more: { pending: [{ productName: 'Shed' }] },
      expected: { fields: [], members: null },
    },
  ])('$reason', ({ values, more, expected }) => {
    expect(previewed(values, more)).toEqual(expected)
  })
})
