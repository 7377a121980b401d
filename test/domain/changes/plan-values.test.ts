import { describe, expect, test } from 'vitest'
import { compare, readField, writeFields } from '../../../domain/clients/field-values.ts'
import type { Auth0Client, Value, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

describe('removal', () => {
  const android = { app_package_name: 'com.example', sha256_cert_fingerprints: ['AA:01'] }
  test.each<{ reason: string; observed: Auth0Client; desired: Values; members: Record<string, unknown> }>([
    {
      reason: 'a list is emptied',
      observed: { callbacks: ['https://a'] },
      desired: { callbackUrls: [] },
      members: { callbacks: [] },
    },
    {
      reason: 'a metadata key goes with null',
      observed: { client_metadata: { product_name: 'A', theirs: '1' } },
      desired: { productName: null },
      members: { client_metadata: { product_name: null } },
    },
    {
      reason: 'no owners: the key goes, rather than holding an empty array',
      observed: { client_metadata: { owners: '["a"]' } },
      desired: { owners: [] },
      members: { client_metadata: { owners: null } },
    },
    {
      reason: 'a text of mobile is emptied with "", and its sibling goes out as it was observed',
      observed: { mobile: { ios: { team_id: 'T', app_bundle_identifier: 'B' } } },
      desired: { 'mobile.ios.team_id': null },
      members: { mobile: { ios: { team_id: '', app_bundle_identifier: 'B' } } },
    },
    {
      reason: 'fingerprints cannot be an empty list: they are left out of their part',
      observed: { mobile: { android } },
      desired: { 'mobile.android.keystore_hash': null },
      members: { mobile: { android: { app_package_name: 'com.example' } } },
    },
    {
      reason: 'several fingerprints are one text here and a list there',
      observed: { mobile: { android } },
      desired: { 'mobile.android.keystore_hash': 'AA:01,BB:02' },
      members: { mobile: { android: { ...android, sha256_cert_fingerprints: ['AA:01', 'BB:02'] } } },
    },
  ])('$reason', ({ observed, desired, members }) => {
    expect(writeFields(desired, observed, keys)).toEqual(members)
  })
})

const owners = (raw: unknown): Value => readField('owners', { client_metadata: { owners: raw } }, keys)

describe('equality, as Auth0 tells values apart', () => {
  test.each<{ reason: string; left: Value | undefined; right: Value | undefined; result: string }>([
    { reason: 'absent is null', left: undefined, right: null, result: 'same' },
    { reason: 'absent is the empty list', left: null, right: [], result: 'same' },
    { reason: 'absent is the empty text', left: null, right: '', result: 'same' },
    { reason: 'something is not nothing', left: ['a'], right: null, result: 'different' },
    { reason: 'another order is named apart', left: ['a', 'b'], right: ['b', 'a'], result: 'reordered' },
    { reason: 'twice is not once', left: ['a', 'a', 'b'], right: ['a', 'b', 'b'], result: 'different' },
    { reason: 'case counts', left: 'A', right: 'a', result: 'different' },
  ])('$reason', ({ left, right, result }) => {
    expect(compare(left, right)).toBe(result)
  })

  test('owners are read as JSON, and as a person would type them', () => {
    expect(owners('["a","b"]')).toEqual(['a', 'b'])
    expect(owners('a, b,,c ')).toEqual(['a', 'b', 'c'])
    expect(owners('[not json')).toEqual(['[not json'])
    expect(owners(7)).toBeNull()
  })
})
