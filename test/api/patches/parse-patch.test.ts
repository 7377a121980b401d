import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PatchKind } from '../../../api/http/media-type.ts'
import { parsePatch } from '../../../api/patches/parse-patch.ts'
import { Problem } from '../../../api/http/problem.ts'
import { nestedValues } from '../../../domain/clients/nest.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { contractFields, contractValues } from '../../support/contract.ts'
import type { Issue } from '../../../domain/texts/json-text.ts'

const parseText = (text: string, kind: PatchKind = 'plain') => parsePatch(kind, Buffer.from(text))
const parse = (body: unknown, kind: PatchKind = 'plain') => parseText(JSON.stringify(body), kind)
const valuesOf = (body: unknown, kind: PatchKind = 'plain') => parse(body, kind).values

/** What a body is refused with. */
const refusal = (parsing: () => unknown): Problem => {
  try {
    parsing()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It was not refused.')
}
const issuesOf = (text: string): readonly Issue[] => refusal(() => parseText(text)).errors
const pointersOf = (text: string): string[] => issuesOf(text).map(({ pointer }) => pointer)

describe('values', () => {
  test('every field, in its own form', () => {
    const body = {
      ...nestedValues(fieldPaths, (path) => contractFields[path].value),
      mobile: {
        ios: { team_id: 'T', app_bundle_identifier: 'B' },
        android: { keystore_hash: 'K', app_package_name: 'P' },
      },
      owners: ['a,b', 'c'],
      productName: 'Shop',
      callbackUrls: ['https://a.test'],
      client_upn_key: 'upn',
      applicationName: 'Till',
      allowedLogoutUrls: ['https://a.test'],
      allowedWebOrigins: ['https://a.test'],
      allowedCorsOrigins: ['https://a.test'],
    }
    expect(valuesOf(body)).toEqual({
      ...contractValues,
      'mobile.ios.team_id': 'T',
      'mobile.ios.app_bundle_identifier': 'B',
      'mobile.android.keystore_hash': 'K',
      'mobile.android.app_package_name': 'P',
      owners: ['a,b', 'c'],
      productName: 'Shop',
      callbackUrls: ['https://a.test'],
      client_upn_key: 'upn',
      applicationName: 'Till',
      allowedLogoutUrls: ['https://a.test'],
      allowedWebOrigins: ['https://a.test'],
      allowedCorsOrigins: ['https://a.test'],
    })
    expect(Object.keys(valuesOf(body)).toSorted()).toEqual([...fieldPaths].toSorted())
  })

  test('URLs separated by commas are several, each with the pointer of its element', () => {
    expect(parse({ callbackUrls: ['https://a.test,https://b.test', 'https://c.test?x=1,2'] })).toEqual({
      values: { callbackUrls: ['https://a.test', 'https://b.test', 'https://c.test?x=1,2'] },
      elementPointers: { callbackUrls: ['/callbackUrls/0', '/callbackUrls/0', '/callbackUrls/1'] },
    })
  })

  test('a byte order mark and characters beyond ASCII are fine', () => {
    expect(parseText('\uFEFF{"productName":"Žluťoučký 🐎"}').values).toEqual({ productName: 'Žluťoučký 🐎' })
  })
})

/** Every field there is, null at its leaf. */
const allNull = nestedValues(fieldPaths, () => null)

describe('what leaves a field as it is, and what clears it', () => {
  test.each([
    { reason: 'nothing', body: {} },
    { reason: 'everything null', body: allNull },
    { reason: 'mobile null', body: { mobile: null } },
    { reason: 'mobile empty', body: { mobile: {} } },
    { reason: 'parts of mobile null or empty', body: { mobile: { ios: null, android: {} } } },
  ])('$reason leaves all as it is', ({ body }) => {
    expect(valuesOf(body)).toEqual({})
    expect(valuesOf(body, 'json-patch')).toEqual({})
  })

  test.each(['plain', 'merge-patch', 'json-patch'] as const)('empty lists and texts clear in a %s', (kind) => {
    const body = { callbackUrls: [], owners: [], productName: '', mobile: { ios: { team_id: '' } } }
    expect(valuesOf(body, kind)).toEqual({
      callbackUrls: [],
      owners: [],
      productName: null,
      'mobile.ios.team_id': null,
    })
  })

  test.each([
    { reason: 'a list', body: { callbackUrls: null }, values: { callbackUrls: [] } },
    { reason: 'a text', body: { productName: null }, values: { productName: null } },
    {
      reason: 'a leaf of mobile',
      body: { mobile: { ios: { team_id: null } } },
      values: { 'mobile.ios.team_id': null },
    },
    {
      reason: 'a part of mobile',
      body: { mobile: { ios: null } },
      values: { 'mobile.ios.team_id': null, 'mobile.ios.app_bundle_identifier': null },
    },
    {
      reason: 'mobile whole',
      body: { mobile: null },
      values: {
        'mobile.ios.team_id': null,
        'mobile.ios.app_bundle_identifier': null,
        'mobile.android.keystore_hash': null,
        'mobile.android.app_package_name': null,
      },
    },
    { reason: 'but an empty object leaves things as they are', body: { mobile: { ios: {} } }, values: {} },
  ])('null in a merge patch clears $reason', ({ body, values }) => {
    expect(valuesOf(body, 'merge-patch')).toEqual(values)
  })
})

describe('refused, with a pointer for each reason', () => {
  test.each([
    { reason: 'an unknown field', text: '{"nmae":"x"}', pointers: ['/nmae'] },
    { reason: 'a field that can only be read', text: '{"id":"x","secret":"y"}', pointers: ['/id', '/secret'] },
    {
      reason: 'unknown fields at every depth',
      text: '{"mobile":{"web":1,"ios":{"x":1}}}',
      pointers: ['/mobile/ios/x', '/mobile/web'],
    },
    {
      reason: '__proto__ is a field like any other, and unknown',
      text: '{"__proto__":{"owners":["x"]}}',
      pointers: ['/__proto__'],
    },
    {
      reason: '__proto__ inside',
      text: '{"mobile":{"ios":{"__proto__":{"team_id":"x"}}}}',
      pointers: ['/mobile/ios/__proto__'],
    },
    { reason: 'constructor', text: '{"constructor":{"prototype":{}}}', pointers: ['/constructor'] },
    { reason: 'a key with the characters of pointers', text: '{"a/b~c":1}', pointers: ['/a~1b~0c'] },
    { reason: 'a text for a list', text: '{"callbackUrls":"https://a.test"}', pointers: ['/callbackUrls'] },
    { reason: 'a number in a list', text: '{"owners":["a",1,null]}', pointers: ['/owners/1', '/owners/2'] },
    { reason: 'a list for a text', text: '{"productName":["x"]}', pointers: ['/productName'] },
    { reason: 'a number for a text', text: '{"mobile":{"ios":{"team_id":1}}}', pointers: ['/mobile/ios/team_id'] },
    { reason: 'a text for an object', text: '{"mobile":"x"}', pointers: ['/mobile'] },
    { reason: 'a list for an object', text: '{"mobile":{"ios":[]}}', pointers: ['/mobile/ios'] },
    { reason: 'a key that stands twice', text: '{"productName":"a","productName":"b"}', pointers: ['/productName'] },
    {
      reason: 'the same key, written differently',
      text: '{"productName":"a","product\\u004eame":"b"}',
      pointers: ['/productName'],
    },
    {
      reason: 'a key that stands twice inside',
      text: '{"mobile":{"ios":{"team_id":"a","team_id":"a"}}}',
      pointers: ['/mobile/ios/team_id'],
    },
    { reason: 'an object that stands twice', text: '{"mobile":{},"mobile":{}}', pointers: ['/mobile'] },
    {
      reason: 'every key that stands twice',
      text: '{"a":1,"a":1,"b":[{"c":1,"c":2}],"a":1}',
      pointers: ['/a', '/b/0/c', '/a'],
    },
    { reason: '__proto__ twice', text: '{"__proto__":1,"__proto__":1}', pointers: ['/__proto__'] },
    { reason: 'U+0000', text: '{"productName":"a\\u0000b"}', pointers: ['/productName'] },
    { reason: 'half of a surrogate pair', text: '{"owners":["\\ud800"]}', pointers: ['/owners/0'] },
    { reason: 'the halves in the wrong order', text: '{"productName":"\\udc00\\ud800"}', pointers: ['/productName'] },
  ])('$reason', ({ text, pointers }) => {
    expect(refusal(() => parseText(text)).status).toBe(400)
    expect(pointersOf(text)).toEqual(pointers)
  })

  test('everything at once', () => {
    expect(pointersOf('{"callbackUrls":"x","owners":[1],"x":1,"mobile":{"y":1}}').toSorted()).toEqual([
      '/callbackUrls',
      '/mobile/y',
      '/owners/0',
      '/x',
    ])
  })

  test('a text for a list says what to write', () => {
    expect(issuesOf('{"callbackUrls":"https://a.test"}')[0]?.detail).toMatch(/array of strings/)
  })

  test('the same keys in different objects are no duplicates', () => {
    expect(valuesOf({ mobile: { ios: { team_id: 'x' } }, productName: 'mobile' })).toEqual({
      'mobile.ios.team_id': 'x',
      productName: 'mobile',
    })
  })
})

describe('not a usable body at all', () => {
  test.each([
    { reason: 'nothing', bytes: Buffer.from('') },
    { reason: 'spaces', bytes: Buffer.from(' \n ') },
    { reason: 'not JSON', bytes: Buffer.from('{owners: []}') },
    { reason: 'a comment', bytes: Buffer.from('{} // no') },
    { reason: 'a comma too many', bytes: Buffer.from('{"owners":[],}') },
    { reason: 'two values', bytes: Buffer.from('{}{}') },
    { reason: 'broken off', bytes: Buffer.from('{"owners":["a"') },
    { reason: 'not UTF-8', bytes: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
    { reason: 'a surrogate in UTF-8', bytes: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) },
    { reason: 'UTF-16', bytes: Buffer.from('{}', 'utf16le') },
    { reason: 'a list', bytes: Buffer.from('[]') },
    { reason: 'a text', bytes: Buffer.from('"x"') },
    { reason: 'a number', bytes: Buffer.from('1') },
    { reason: 'null', bytes: Buffer.from('null') },
    { reason: 'lists in lists, very deep', bytes: Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)) },
    {
      reason: 'objects in objects, very deep',
      bytes: Buffer.from('{"mobile":'.repeat(20_000) + '1' + '}'.repeat(20_000)),
    },
    { reason: 'depth that never ends', bytes: Buffer.from('['.repeat(200_000)) },
  ])('$reason is a 400', ({ bytes }) => {
    for (const kind of ['plain', 'merge-patch'] as const)
      expect(refusal(() => parsePatch(kind, bytes)).status).toBe(400)
  })

  test('what is not JSON does not come back in the answer', () => {
    expect(refusal(() => parseText('{"productName": tok_5ecret}')).message).not.toContain('5ecret')
  })

  test('a list of JSON Patch operations is a media type that is not supported', () => {
    const problem = refusal(() => parse([{ op: 'remove', path: '/owners' }], 'json-patch'))
    expect(problem.status).toBe(415)
    expect(problem.headers['accept-patch']).toContain('application/merge-patch+json')
  })
})

describe('laws', () => {
  test('whatever the bytes, the answer is a patch or a problem of the caller', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          let status = 200
          try {
            parsePatch('plain', bytes)
          } catch (error) {
            status = error instanceof Problem ? error.status : 500
          }
          expect([200, 400]).toContain(status)
        },
      ),
    )
  })

  test('a patch without nulls means the same in every media type', () => {
    const text = fc.string({ unit: 'grapheme' })
    const body = fc.record(
      {
        productName: text,
        owners: fc.array(text),
        callbackUrls: fc.array(text),
        mobile: fc.record({ ios: fc.record({ team_id: text }, { requiredKeys: [] }) }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(
        body.filter((one) => !JSON.stringify(one).includes('\\u0000')),
        (one) => {
          expect(parse(one, 'merge-patch')).toEqual(parse(one, 'plain'))
          expect(parse(one, 'json-patch')).toEqual(parse(one, 'plain'))
        },
      ),
    )
  })
})
