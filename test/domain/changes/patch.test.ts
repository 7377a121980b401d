import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeTexts, urlContextOf } from '../../../domain/changes/judge-texts.ts'
import { addedTo, elementsOf, isTooLong, withoutRepetitions } from '../../../domain/changes/patch.ts'
import type { Patch } from '../../../domain/changes/patch.ts'
import { maximumUrls } from '../../../domain/clients/urls/kinds.ts'
import { eachField } from '../../../domain/vocabulary.ts'

const nothing = eachField(() => null)
const patchOf = (callbackUrls: readonly string[], pointers?: readonly string[]): Patch => ({
  values: { callbackUrls },
  elementPointers: pointers === undefined ? {} : { callbackUrls: pointers },
})
const context = urlContextOf({ observed: {} })

describe('the elements of a patch', () => {
  test('stand where the body had them', () => {
    expect(elementsOf('callbackUrls', patchOf(['a', 'b'], ['/callbackUrls/0', '/callbackUrls/0']))).toEqual([
      { text: 'a', pointer: '/callbackUrls/0' },
      { text: 'b', pointer: '/callbackUrls/0' },
    ])
    expect(elementsOf('productName', { values: { productName: 'Till' }, elementPointers: {} })).toEqual([
      { text: 'Till', pointer: '/productName' },
    ])
    expect(elementsOf('productName', { values: { productName: null }, elementPointers: {} })).toEqual([])
  })

  test('those that are there already are not added', () => {
    expect(addedTo(['a'], 'callbackUrls', patchOf(['a', 'b'])).map(({ text }) => text)).toEqual(['b'])
  })

  test('each has its greatest length', () => {
    expect(isTooLong('callbackUrls', 'x'.repeat(8192))).toBe(false)
    expect(isTooLong('callbackUrls', 'x'.repeat(8193))).toBe(true)
  })

  test('a repetition goes, with its pointer', () => {
    expect(withoutRepetitions(patchOf(['a', 'b', 'a'], ['/0', '/1', '/2']), nothing)).toEqual(
      patchOf(['a', 'b'], ['/0', '/1']),
    )
    const there = patchOf(['a', 'a'])
    expect(withoutRepetitions(there, { ...nothing, callbackUrls: ['a', 'a'] })).toEqual(there)
  })

  test('what has no repetition any more stays as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (list) => {
        const once = withoutRepetitions(patchOf(list), nothing)
        expect(new Set(once.values.callbackUrls)).toEqual(new Set(list))
        expect(withoutRepetitions(once, nothing)).toEqual(once)
      }),
    )
  })
})

describe('what is said of the texts of a field', () => {
  test("the client's other members count", () => {
    const observed = {
      is_first_party: false,
      app_type: 'spa',
      organization_usage: 'require',
      skip_non_verifiable_callback_uri_confirmation_prompt: true,
    }
    expect(urlContextOf({ observed })).toEqual({
      firstParty: false,
      appType: 'spa',
      organizations: true,
      promptSkipped: true,
    })
    expect(context).toEqual({ firstParty: true, appType: null, organizations: false, promptSkipped: false })
  })

  test('of too many URLs nothing else is said', () => {
    const many = Array.from({ length: maximumUrls + 1 }, () => 'x')
    expect(judgeTexts('callbackUrls', patchOf(many), null, context).issues).toHaveLength(1)
    expect(
      judgeTexts(
        'callbackUrls',
        patchOf(many),
        many.map((_, index) => `${index}`),
        context,
      ).issues,
    ).toHaveLength(maximumUrls + 1)
  })

  test('a text comes back in its form', () => {
    const values = { 'mobile.android.keystore_hash': ` ${'ab'.repeat(32)}` }
    expect(judgeTexts('mobile.android.keystore_hash', { values, elementPointers: {} }, null, context)).toEqual({
      issues: [],
      warnings: [],
      value: Array.from({ length: 32 }, () => 'AB').join(':'),
    })
  })

  test('a text that is too long is not looked at any further', () => {
    const long = `https://${'a'.repeat(9000)}\u00a0`
    expect(judgeTexts('callbackUrls', patchOf([long]), null, context).issues).toEqual([
      { pointer: '/callbackUrls/0', detail: expect.stringContaining('8192') },
    ])
  })
})
