import { expect, test } from 'vitest'
import { andLeftOut, leftOutOf, nothingLeftOut } from '../../../domain/clients/left-out.ts'
import { defaultMetadataKeys } from '../../../domain/clients/metadata-keys.ts'

const reasonsOf = (more: Record<string, unknown>): string[] =>
  leftOutOf('a', { name: 'Shop', ...more }, defaultMetadataKeys).map(({ reason }) => reason)

test.each([
  { reason: 'a client with nothing but a name', client: {}, says: [] },
  {
    reason: 'absent, null and empty are the same thing',
    client: { callbacks: null, client_metadata: {}, mobile: null, grant_types: [], web_origins: [] },
    says: [],
  },
  {
    reason: 'whatever type, whatever else',
    client: { app_type: 'express_configuration', is_first_party: false, other: [7] },
    says: [],
  },
  { reason: 'keys that no field stands under', client: { client_metadata: { other: 7 } }, says: [] },
  { reason: 'no name', client: { name: '' }, says: ['It has no name.'] },
  { reason: 'a name that is none', client: { name: 7 }, says: ['name is a number, and is not read.'] },
  { reason: 'a list that is none', client: { callbacks: {} }, says: ['callbacks is an object, and is not read.'] },
  {
    reason: 'elements that are none',
    client: { callbacks: ['a', 7] },
    says: ['callbacks holds elements that are no texts, and are not read.'],
  },
  {
    reason: 'owners that are a list, where Auth0 has texts only',
    client: { client_metadata: { owners: ['a'] } },
    says: ['client_metadata.owners is a list, and is not read.'],
  },
  {
    reason: 'what holds several fields is told once',
    client: { client_metadata: 'x' },
    says: ['client_metadata is a text, and is not read.'],
  },
  { reason: 'inside mobile', client: { mobile: { ios: 7 } }, says: ['mobile.ios is a number, and is not read.'] },
  {
    reason: 'what is inherited is not there',
    client: { client_metadata: JSON.parse('{"__proto__":{"owners":7}}') },
    says: [],
  },
  {
    reason: 'numbers as texts',
    client: { refresh_token: { leeway: '0' } },
    says: ['refresh_token.leeway is a text, and is not read.'],
  },
])('$reason', ({ client, says }) => {
  expect(reasonsOf(client)).toEqual(says)
})

test('all of it is counted, and only so much is named', () => {
  const page = Array.from({ length: 40 }, (_, index) => ({ client: `c${index}`, reason: 'It has no name.' }))
  const { count, elements } = andLeftOut(andLeftOut(nothingLeftOut, page), page)
  expect([count, elements.length, elements[41]?.client]).toEqual([80, 50, 'c1'])
})
