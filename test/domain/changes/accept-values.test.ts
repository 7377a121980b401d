import { describe, expect, test } from 'vitest'
import { accept } from '../../../domain/changes/accept.ts'
import type { Values } from '../../../domain/vocabulary.ts'
import { admin, metadata, state, decide, pointersOf } from './accept-support.ts'

const detailsOf = (acceptance: ReturnType<typeof accept>): string =>
  acceptance.kind === 'impossible' ? acceptance.issues.map(({ detail }) => detail).join('\n') : ''

/** So many URLs, all different. */
const urls = (count: number): string[] => Array.from({ length: count }, (_, index) => `https://a${index}.test`)

/** So many metadata keys that are not Nexus' own. */
const others = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))

const hash = (value: string, more = {}) => decide({ 'mobile.android.keystore_hash': value }, more)

describe('URLs', () => {
  test('only what the patch adds is judged: what is there may stay', () => {
    const present = state({}, { callbacks: ['not a url', 'https://a.test'] })
    expect(decide({ callbackUrls: ['not a url', 'https://b.test'] }, { state: present }).kind).toBe('accepted')
    expect(pointersOf(decide({ callbackUrls: ['not a url', 'nor this'] }, { state: present }))).toEqual([
      '/callbackUrls/1',
    ])
  })

  test('what is pending is there already', () => {
    const pending = state({ pending: [{ id: 'p', generation: 1, values: { callbackUrls: ['odd'] } }], generation: 1 })
    expect(decide({ callbackUrls: ['odd'] }, { state: pending }).kind).toBe('accepted')
  })

  test('the pointer is that of the element in the body, also where one element held several URLs', () => {
    const acceptance = decide(
      { callbackUrls: ['https://a.test', 'https://b.test#x', 'https://c.test#x'] },
      { patch: { elementPointers: { callbackUrls: ['/callbackUrls/0', '/callbackUrls/0', '/callbackUrls/1'] } } },
    )
    expect(pointersOf(acceptance)).toEqual(['/callbackUrls/0', '/callbackUrls/1'])
  })

  test('every bad element of every list is named at once', () => {
    const acceptance = decide({
      callbackUrls: ['x', 'https://a.test', 'y'],
      allowedLogoutUrls: ['https://{organization_name}.a.test'],
      allowedWebOrigins: ['https://a.test:0'],
      allowedCorsOrigins: ['https://*.test'],
    })
    expect(pointersOf(acceptance)).toEqual([
      '/callbackUrls/0',
      '/callbackUrls/2',
      '/allowedLogoutUrls/0',
      '/allowedWebOrigins/0',
      '/allowedCorsOrigins/0',
    ])
  })

  test.each([
    { reason: 'a wildcard of a first-party client', observed: {}, url: 'https://*.a.test', accepted: true },
    {
      reason: 'a wildcard of a third-party client',
      observed: { is_first_party: false },
      url: 'https://*.a.test',
      accepted: false,
    },
    { reason: 'an own scheme of a native client', observed: { app_type: 'native' }, url: 'app://cb', accepted: true },
    {
      reason: 'an own scheme of a single page application: owners cannot change the type',
      observed: { app_type: 'spa' },
      url: 'app://cb',
      accepted: true,
    },
    {
      reason: 'an own scheme where Auth0 has no type',
      observed: { app_type: undefined },
      url: 'app://cb',
      accepted: true,
    },
  ])('$reason', ({ observed, url, accepted }) => {
    expect(decide({ callbackUrls: [url] }, { state: state({}, observed) }).kind).toBe(
      accepted ? 'accepted' : 'impossible',
    )
  })

  test('the same URL twice is one, where it stood first', () => {
    const acceptance = decide({ callbackUrls: ['https://a.test', 'https://b.test', 'https://a.test'] })
    expect(acceptance).toMatchObject({ values: { callbackUrls: ['https://a.test', 'https://b.test'] } })
    expect(decide({ owners: ['auth0|ann', 'auth0|ann'] })).toMatchObject({ values: { owners: ['auth0|ann'] } })
    expect(pointersOf(decide({ callbackUrls: ['https://a.test', 'https://a.test', 'x', 'x'] }))).toEqual([
      '/callbackUrls/2',
    ])
    expect(decide({ callbackUrls: [...urls(100), ...urls(100)] }).kind).toBe('accepted')
  })

  test('what is there twice may stay, and is one as soon as the list changes', () => {
    const twice = state({}, { callbacks: ['https://a.test', 'https://a.test'] })
    expect(decide({ callbackUrls: ['https://a.test', 'https://a.test'] }, { state: twice })).toMatchObject({
      changesNothing: true,
    })
    expect(
      decide({ callbackUrls: ['https://a.test', 'https://a.test', 'https://b.test'] }, { state: twice }),
    ).toMatchObject({ values: { callbackUrls: ['https://a.test', 'https://b.test'] } })
  })

  test('what may not work is accepted, and said with its place', () => {
    expect(
      decide({ callbackUrls: ['https://a.test/cb', 'demo://a.test/cb'], allowedWebOrigins: ['https://a.test/'] }),
    ).toMatchObject({
      kind: 'accepted',
      warnings: [
        { pointer: '/callbackUrls/1', detail: expect.stringContaining('native clients') },
        { pointer: '/callbackUrls/1', detail: expect.stringContaining('skip_non_verifiable_callback_uri') },
        { pointer: '/allowedWebOrigins/0', detail: expect.stringContaining('scheme, host and port only') },
      ],
    })
  })

  test('what is there already is not warned of', () => {
    const present = state({}, { callbacks: ['demo://a.test/cb'] })
    expect(decide({ callbackUrls: ['demo://a.test/cb', 'https://a.test'] }, { state: present })).not.toHaveProperty(
      'warnings',
    )
  })

  test.each([
    {
      reason: 'where the client skips the prompt',
      observed: { skip_non_verifiable_callback_uri_confirmation_prompt: true },
      url: 'http://localhost:3000',
    },
    {
      reason: 'where users sign in for an organization',
      observed: { organization_usage: 'allow' },
      url: 'https://{organization_name}.a.test',
    },
  ])('nothing is warned of $reason', ({ observed, url }) => {
    expect(decide({ callbackUrls: [url] }, { state: state({}, observed) })).not.toHaveProperty('warnings')
    expect(decide({ callbackUrls: [url] })).toMatchObject({ warnings: [expect.anything()] })
  })

  test('a hundred fit, a hundred and one do not, unless they are already there', () => {
    expect(decide({ callbackUrls: urls(100) }).kind).toBe('accepted')
    expect(pointersOf(decide({ callbackUrls: urls(101) }))).toEqual(['/callbackUrls'])
    const crowded = state({}, { callbacks: urls(120) })
    expect(decide({ callbackUrls: urls(119) }, { state: crowded }).kind).toBe('accepted')
    expect(decide({ callbackUrls: urls(120) }, { state: crowded }).kind).toBe('accepted')
    expect(pointersOf(decide({ callbackUrls: urls(121) }, { state: crowded }))).toEqual(['/callbackUrls'])
  })
})

describe('fingerprints', () => {
  const hex = 'ab'.repeat(32)
  const written = Array.from({ length: 32 }, () => 'AB').join(':')
  const other = written.replace('AB', 'CD')
  test.each([
    { reason: 'without colons', value: hex },
    { reason: 'with colons', value: written },
    { reason: 'in small letters with colons', value: written.toLowerCase() },
    { reason: 'with spaces around', value: ` ${hex} ` },
  ])('$reason: written with colons', ({ value }) => {
    expect(hash(value)).toMatchObject({ values: { 'mobile.android.keystore_hash': written } })
  })
  test('several are comma separated', () => {
    expect(hash(`${hex}, ${other}`)).toMatchObject({
      values: { 'mobile.android.keystore_hash': `${written},${other}` },
    })
  })
  test.each(['ab', `${hex}ab`, hex.replace('a', 'g'), `${hex},`, 'sha1'])('%s is none', (value) => {
    expect(pointersOf(hash(value))).toContain('/mobile/android/keystore_hash')
  })
  test('the same one is kept once, however it is written', () => {
    expect(hash(`${hex}, ${written},${written.toLowerCase()}`)).toMatchObject({
      values: { 'mobile.android.keystore_hash': written },
    })
  })
  test.each([
    { reason: "as the provider's documents have it", value: 'DE:AD:BE:EF', kept: 'DE:AD:BE:EF' },
    { reason: 'of SHA-1', value: 'ab:'.repeat(19) + 'ab', kept: 'AB:'.repeat(19) + 'AB' },
  ])('of another length, $reason: Auth0 takes it, and Android will not match it', ({ value, kept }) => {
    expect(hash(value)).toMatchObject({
      kind: 'accepted',
      values: { 'mobile.android.keystore_hash': kept },
      warnings: [{ pointer: '/mobile/android/keystore_hash', detail: expect.stringContaining('SHA-256') }],
    })
    expect(hash(written)).not.toHaveProperty('warnings')
  })
  test('what Auth0 has already may stay, whatever it is', () => {
    const odd = state({}, { mobile: { android: { sha256_cert_fingerprints: ['odd'] } } })
    expect(hash(`odd,${hex}`, { state: odd })).toMatchObject({
      values: { 'mobile.android.keystore_hash': `odd,${written}` },
    })
  })
  test.each([null, ''])('clearing needs no fingerprint: %j', (value) => {
    expect(decide({ 'mobile.android.keystore_hash': value }).kind).toBe('accepted')
  })
})

describe("Auth0's limits on client_metadata", () => {
  test('owners that do not fit name the remedy', () => {
    const crowd = ['auth0|ann', ...Array.from({ length: 20 }, (_, index) => `auth0|${'0'.repeat(20)}${index}`)]
    expect(pointersOf(decide({ owners: crowd }))).toEqual(['/owners'])
    expect(detailsOf(decide({ owners: crowd }))).toMatch(/255.*role/s)
  })
  test.each([
    { length: 255, kind: 'accepted' },
    { length: 256, kind: 'impossible' },
  ])('a text of $length characters', ({ length, kind }) => {
    const decision = decide({ applicationName: 'x'.repeat(length) })
    expect(decision.kind).toBe(kind)
    // It is said once, and the remedy of owners is none here.
    expect(pointersOf(decision)).toEqual(kind === 'accepted' ? [] : ['/applicationName'])
    expect(detailsOf(decision)).not.toMatch(/role/)
  })
  test('an eleventh key does not fit', () => {
    const full = state({}, { client_metadata: { ...metadata, ...others(8) } })
    expect(pointersOf(decide({ applicationName: 'x' }, { state: full }))).toEqual(['/applicationName'])
    expect(decide({ productName: 'Shed' }, { state: full }).kind).toBe('accepted')
    // Only what is new is to blame.
    expect(pointersOf(decide({ productName: 'Shed', applicationName: 'x' }, { state: full }))).toEqual([
      '/applicationName',
    ])
  })
  test.each<{ reason: string; cleared: Values }>([
    { reason: 'null', cleared: { productName: null } },
    { reason: 'an empty text', cleared: { productName: '' } },
    { reason: 'an empty list', cleared: { owners: [] } },
  ])('a key that is removed makes room for another: by $reason', ({ cleared }) => {
    const full = state({}, { client_metadata: { ...metadata, ...others(8) } })
    expect(decide({ ...cleared, applicationName: 'x' }, { state: full, caller: admin }).kind).toBe('accepted')
  })
  test('the refusal names the fields that make room', () => {
    const full = state({}, { client_metadata: { ...metadata, ...others(8) } })
    expect(detailsOf(decide({ applicationName: 'x' }, { state: full }))).toMatch(/by emptying owners or productName\.$/)
    const foreign = state({}, { client_metadata: others(10) })
    expect(detailsOf(decide({ applicationName: 'x' }, { state: foreign, caller: admin }))).toMatch(/key first\.$/)
  })
  test('a key that holds nothing goes when its field is emptied', () => {
    const empty = state({}, { client_metadata: { ...metadata, product_name: '', ...others(8) } })
    expect(decide({ productName: null }, { state: empty })).toMatchObject({ kind: 'accepted', changesNothing: false })
    expect(decide({ applicationName: null }, { state: empty })).toMatchObject({ changesNothing: true })
    expect(decide({ productName: null, applicationName: 'x' }, { state: empty }).kind).toBe('accepted')
  })
  test('a key that is removed later in the same patch makes room too', () => {
    const full = state({}, { client_metadata: { ...metadata, application_name: 'old', ...others(7) } })
    expect(decide({ client_upn_key: 'upn', applicationName: null }, { state: full }).kind).toBe('accepted')
  })
  test('pending keys count', () => {
    const full = state(
      { pending: [{ id: 'p', generation: 1, values: { client_upn_key: 'upn' } }], generation: 1 },
      { client_metadata: { ...metadata, ...others(7) } },
    )
    expect(pointersOf(decide({ applicationName: 'x' }, { state: full }))).toEqual(['/applicationName'])
  })
})

describe('characters that nobody sees', () => {
  test.each([
    { reason: 'a text', values: { applicationName: 'Shop\u00a0' }, pointers: ['/applicationName'] },
    { reason: 'a space at an end', values: { client_upn_key: ' upn' }, pointers: ['/client_upn_key'] },
    { reason: 'an owner', values: { owners: ['auth0|ann', 'billing\u200b'] }, pointers: ['/owners/1'] },
    { reason: 'a text of mobile', values: { 'mobile.ios.team_id': 'A\u202eB' }, pointers: ['/mobile/ios/team_id'] },
    { reason: 'a URL', values: { callbackUrls: ['https://a.test\u00a0'] }, pointers: ['/callbackUrls/0'] },
    {
      reason: 'an emoji that is put together',
      values: { applicationName: '\u{1f469}\u200d\u{1f680} Shop' },
      pointers: [],
    },
    { reason: 'a space inside', values: { applicationName: 'The Shop' }, pointers: [] },
  ])('$reason', ({ values, pointers }) => {
    expect(pointersOf(decide(values))).toEqual(pointers)
  })
  test('the refusal names the character and its place', () => {
    expect(detailsOf(decide({ applicationName: 'Shop\u00a0' }))).toContain('U+00A0 is character 5 of 5')
  })
  test('what Auth0 has already may stay', () => {
    const odd = state({}, { client_metadata: { ...metadata, application_name: 'Shop\u00a0' } })
    expect(decide({ applicationName: 'Shop\u00a0', productName: 'Shed' }, { state: odd }).kind).toBe('accepted')
  })
})
