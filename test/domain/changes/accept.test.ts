import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effective } from '../../../domain/clients/desired.ts'
import type { Caller, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'
import { owner, admin, state, decide, pointersOf } from './accept-support.ts'

const scoped: Caller = { ...owner, id: 'auth0|sue', roles: [], products: ['Shop', 'Shed'] }

describe('what a patch comes to', () => {
  test('values are accepted as they are', () => {
    expect(decide({ callbackUrls: ['https://a.test/cb'] })).toEqual({
      kind: 'accepted',
      values: { callbackUrls: ['https://a.test/cb'] },
      changesNothing: false,
    })
  })

  test.each([
    { reason: 'equal to what is there', values: { productName: 'Shop' }, more: {}, nothing: true },
    {
      reason: 'equal, but the observation is old',
      values: { productName: 'Shop' },
      more: { fresh: false },
      nothing: false,
    },
    { reason: 'clearing what is not there', values: { callbackUrls: [] }, more: {}, nothing: true },
    {
      reason: 'equal to what was confirmed, but Auth0 has another value: the worker sends it again',
      values: { productName: 'Shed' },
      more: { state: state({ base: { productName: 'Shed' } }), caller: admin },
      nothing: false,
    },
    {
      reason: 'equal to what is pending: nothing is done before Auth0 has it',
      values: { applicationName: 'New' },
      more: {
        state: state({ pending: [{ id: 'p', generation: 1, values: { applicationName: 'New' } }], generation: 1 }),
      },
      nothing: false,
    },
    {
      reason: 'equal, while another field is pending',
      values: { productName: 'Shop' },
      more: {
        state: state({ pending: [{ id: 'p', generation: 1, values: { applicationName: 'New' } }], generation: 1 }),
      },
      nothing: false,
    },
    {
      reason: 'equal to a value from outside, over a confirmed one: to name it is to take it over',
      values: { productName: 'Shop' },
      more: { state: state({ base: { productName: 'Shed' } }), caller: admin },
      nothing: false,
    },
    {
      reason: 'one equal, another not',
      values: { productName: 'Shop', applicationName: 'New' },
      more: {},
      nothing: false,
    },
    {
      reason: 'another order is another value',
      values: { callbackUrls: ['https://b.test', 'https://a.test'] },
      more: { state: state({}, { callbacks: ['https://a.test', 'https://b.test'] }) },
      nothing: false,
    },
  ])('$reason', ({ values, more, nothing }) => {
    expect(decide(values, more)).toMatchObject({ kind: 'accepted', changesNothing: nothing })
  })
})

describe('nobody locks themselves out', () => {
  test.each([
    { reason: 'oneself taken off the owners', values: { owners: ['auth0|bob'] }, pointers: ['/owners'] },
    { reason: 'all owners taken off', values: { owners: [] }, pointers: ['/owners'] },
    { reason: 'a role of the caller kept', values: { owners: ['billing'] }, pointers: [] },
    { reason: 'others added', values: { owners: ['auth0|ann', 'auth0|bob'] }, pointers: [] },
    { reason: 'the product changed by an owner', values: { productName: 'Shed' }, pointers: [] },
    { reason: 'the product removed by an owner', values: { productName: null }, pointers: [] },
  ])('an owner: $reason', ({ values, pointers }) => {
    expect(pointersOf(decide(values))).toEqual(pointers)
  })

  test.each([
    { reason: 'another product in scope', values: { productName: 'Shed' }, pointers: [] },
    { reason: 'a product outside the scope', values: { productName: 'Vault' }, pointers: ['/productName'] },
    {
      reason: 'a product outside the scope, with oneself as owner',
      values: { productName: 'Vault', owners: ['auth0|sue'] },
      pointers: ['/productName'],
    },
    { reason: 'the product removed', values: { productName: null }, pointers: ['/productName'] },
    {
      reason: 'the product removed, with oneself as owner',
      values: { productName: null, owners: ['auth0|sue'] },
      pointers: ['/productName'],
    },
    { reason: 'the owners changed', values: { owners: ['auth0|bob'] }, pointers: [] },
    { reason: 'something else changed', values: { applicationName: 'x' }, pointers: [] },
  ])('a caller by product scope: $reason', ({ values, pointers }) => {
    expect(pointersOf(decide(values, { caller: scoped }))).toEqual(pointers)
  })

  test('client.write.all may do either', () => {
    expect(decide({ owners: [], productName: 'Vault' }, { caller: admin }).kind).toBe('accepted')
  })
})

test('owners that nobody could have are refused', () => {
  expect(pointersOf(decide({ owners: ['auth0|ann', '', ' '] }))).toEqual(['/owners/1', '/owners/2'])
})

describe('laws', () => {
  const text = fc.option(fc.constantFrom('', 'x', 'Shop', 'y'.repeat(300)))
  const list = fc.array(fc.constantFrom('https://a.test', 'https://b.test', 'bad', 'https://c.test/#f'), {
    maxLength: 4,
  })
  const values: fc.Arbitrary<Values> = fc.record(
    {
      callbackUrls: list,
      allowedLogoutUrls: list,
      applicationName: text,
      productName: text,
      owners: fc.array(fc.constantFrom('auth0|ann', 'billing', 'auth0|bob')),
      'mobile.ios.team_id': text,
      'mobile.android.keystore_hash': text,
    },
    { requiredKeys: [] },
  )

  test('what is accepted once is accepted again, in the form that it was given', () => {
    fc.assert(
      fc.property(values, (wish) => {
        const first = decide(wish)
        if (first.kind !== 'accepted') return
        const pending = state({ pending: [{ id: 'p', generation: 1, values: first.values }], generation: 1 })
        // What is there already is not warned of.
        expect(decide(first.values, { state: pending, caller: admin })).toEqual({
          ...first,
          warnings: undefined,
          changesNothing: false,
        })
      }),
    )
  })

  test('a patch made of what a caller sees changes nothing', () => {
    fc.assert(
      fc.property(list, text, fc.array(fc.constantFrom('auth0|ann', 'billing')), (callbacks, product, owners) => {
        const seen = state(
          {},
          { callbacks, client_metadata: { product_name: product, owners: JSON.stringify(owners) } },
        )
        const mirrored = decide(effective(seen, keys), { state: seen, caller: admin })
        expect(mirrored).toMatchObject(
          (product?.length ?? 0) > 255
            ? { kind: 'impossible' }
            : // A key that holds nothing goes when its field is emptied.
              { kind: 'accepted', changesNothing: product !== '' && owners.length > 0 },
        )
      }),
    )
  })

  test('an element that is refused is refused wherever it stands, and one that is accepted is accepted beside others', () => {
    const element = fc.constantFrom(
      'https://a.test',
      'app://b',
      'x',
      'https://c.test/#f',
      'https://*.test',
      ' https://d.test',
    )
    fc.assert(
      fc.property(fc.uniqueArray(element, { minLength: 1 }), (callbackUrls) => {
        const bad = callbackUrls.flatMap((url, index) =>
          decide({ callbackUrls: [url] }).kind === 'impossible' ? [`/callbackUrls/${index}`] : [],
        )
        expect(pointersOf(decide({ callbackUrls }))).toEqual(bad)
      }),
    )
  })

  test('every issue points into the body', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(owner, scoped, admin), (wish, caller) => {
        for (const pointer of pointersOf(decide(wish, { caller })))
          expect(Object.keys(wish).some((path) => pointer.startsWith(`/${path.replaceAll('.', '/')}`))).toBe(true)
      }),
    )
  })
})
