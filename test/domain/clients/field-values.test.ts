import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compare,
  fieldOfMember,
  isEmpty,
  pointerOf,
  readField,
  writeFields,
} from '../../../domain/clients/field-values.ts'
import { fields } from '../../../domain/clients/fields.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import type { Auth0Client, Value, Values } from '../../../domain/vocabulary.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'

test.each<{ reason: string; value: Value | undefined; empty: boolean }>([
  { reason: 'absent', value: undefined, empty: true },
  { reason: 'null', value: null, empty: true },
  { reason: 'an empty text', value: '', empty: true },
  { reason: 'an empty list', value: [], empty: true },
  { reason: 'a space is something', value: ' ', empty: false },
  { reason: 'an empty text in a list is something', value: [''], empty: false },
])('whether there is nothing in it: $reason, $empty', ({ value, empty }) => {
  expect(isEmpty(value)).toBe(empty)
})

describe('two values', () => {
  test.each<{ reason: string; left: Value | undefined; right: Value | undefined; is: string }>([
    { reason: 'the same text', left: 'a', right: 'a', is: 'same' },
    { reason: 'another text', left: 'a', right: 'b', is: 'different' },
    { reason: 'the same list', left: ['a', 'b'], right: ['a', 'b'], is: 'same' },
    { reason: 'another order', left: ['a', 'b', 'c'], right: ['c', 'a', 'b'], is: 'reordered' },
    { reason: 'one more', left: ['a'], right: ['a', 'b'], is: 'different' },
    { reason: 'one less', left: ['a', 'b'], right: ['a'], is: 'different' },
    { reason: 'one other', left: ['a', 'b'], right: ['a', 'c'], is: 'different' },
    { reason: 'another is there twice', left: ['a', 'a', 'b'], right: ['b', 'b', 'a'], is: 'different' },
    { reason: 'a list of one text is not that text', left: ['a'], right: 'a', is: 'different' },
    { reason: 'nothing and something', left: '', right: ['a'], is: 'different' },
    { reason: 'something and nothing', left: 'a', right: undefined, is: 'different' },
    { reason: 'two ways of nothing', left: '', right: [], is: 'same' },
  ])('$reason: $is', ({ left, right, is }) => {
    expect(compare(left, right)).toBe(is)
  })

  test('law: it does not matter which comes first, and a list in any order is the same elements', () => {
    const lists = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        expect(compare(left, right)).toBe(compare(right, left))
        expect(compare(left, left.toReversed())).not.toBe('different')
      }),
    )
  })
})

describe('what is written', () => {
  const observed: Auth0Client = {
    mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' }, android: { app_package_name: 'P' } },
    client_metadata: { theirs: 'x' },
  }
  test.each<{ reason: string; values: Values; members: object }>([
    { reason: 'nothing where nothing is named', values: {}, members: {} },
    {
      reason: 'only what is named',
      values: { callbackUrls: ['https://a.test'], productName: 'Shop' },
      members: { callbacks: ['https://a.test'], client_metadata: { product_name: 'Shop' } },
    },
    {
      reason: 'a part of mobile with what stands beside it, and no other part',
      values: { 'mobile.ios.team_id': 'U' },
      members: { mobile: { ios: { team_id: 'U', app_bundle_identifier: 'B' } } },
    },
    {
      reason: 'two leaves of one part',
      values: { 'mobile.ios.team_id': 'U', 'mobile.ios.app_bundle_identifier': '' },
      members: { mobile: { ios: { team_id: 'U', app_bundle_identifier: '' } } },
    },
    {
      reason: 'what nothing empties is left out of its part',
      values: { 'mobile.android.keystore_hash': null },
      members: { mobile: { android: { app_package_name: 'P' } } },
    },
  ])('$reason', ({ values, members }) => {
    expect(writeFields(values, observed, keys)).toEqual(members)
    expect(observed['mobile']).toEqual({
      ios: { team_id: 'T', app_bundle_identifier: 'B' },
      android: { app_package_name: 'P' },
    })
  })

  test('the keys of the tenant are those that are read and written', () => {
    const own = { ...keys, productName: 'team' }
    expect(writeFields({ productName: 'Shop' }, {}, own)).toEqual({ client_metadata: { team: 'Shop' } })
    expect(readField('productName', { client_metadata: { team: 'Shop', product_name: 'Shed' } }, own)).toBe('Shop')
  })

  test.each(fieldPaths)('%s reads nothing from a client that has nothing, or something else in its place', (path) => {
    for (const client of [{}, { mobile: 'x', client_metadata: [] }, { mobile: { ios: 7, android: null } }])
      expect(readField(path, client, keys)).toBeNull()
  })
})

describe('the field that Auth0 names', () => {
  test.each([
    { member: 'callbacks', paths: ['callbackUrls'] },
    { member: 'client_metadata.product_name', paths: ['productName'] },
    { member: 'client_metadata', paths: fieldPaths.filter((path) => fields[path].place[0] === 'client_metadata') },
    { member: 'mobile.ios', paths: ['mobile.ios.team_id', 'mobile.ios.app_bundle_identifier'] },
    { member: 'mobile.ios.team_id', paths: ['mobile.ios.team_id'] },
    { member: 'mobile', paths: fieldPaths.filter((path) => path.startsWith('mobile.')) },
    { member: 'client_metadata.theirs', paths: [] },
    { member: 'mobile.windows', paths: [] },
    { member: 'grant_types', paths: [] },
    { member: '', paths: [] },
  ])('$member', ({ member, paths }) => {
    expect(fieldOfMember(member, keys)).toEqual(paths)
  })
})

test('a field is pointed at as it stands in a body', () => {
  expect(pointerOf('owners')).toBe('/owners')
  expect(pointerOf('mobile.ios.team_id')).toBe('/mobile/ios/team_id')
})
