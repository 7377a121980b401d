import { describe, expect, test } from 'vitest'
import { ClientId, omit, pathsOf, pick, StateName, TenantId, Values } from '../../domain/vocabulary.ts'

describe('names', () => {
  const schemas = { TenantId, ClientId, StateName }
  test.each([
    { kind: 'TenantId', text: 'acme-2', good: true },
    { kind: 'TenantId', text: '2acme', good: true },
    { kind: 'TenantId', text: '-acme', good: false },
    { kind: 'TenantId', text: 'Acme', good: false },
    { kind: 'TenantId', text: 'acme_2', good: false },
    { kind: 'TenantId', text: 'acme\n', good: false },
    { kind: 'TenantId', text: '', good: false },
    { kind: 'ClientId', text: 'aB3_-', good: true },
    { kind: 'ClientId', text: '..', good: false },
    { kind: 'ClientId', text: '.', good: false },
    { kind: 'ClientId', text: '', good: false },
    { kind: 'ClientId', text: 'legacy.shop.web', good: true },
    { kind: 'ClientId', text: 'tpc_4Zq', good: true },
    { kind: 'ClientId', text: '...', good: true },
    { kind: 'ClientId', text: 'a/b', good: true },
    { kind: 'ClientId', text: '/a', good: true },
    { kind: 'ClientId', text: 'a?', good: true },
    { kind: 'ClientId', text: 'größe 東京 😀', good: true },
    { kind: 'ClientId', text: 'x'.repeat(255), good: true },
    { kind: 'ClientId', text: 'x'.repeat(256), good: false },
    { kind: 'ClientId', text: 'a\n', good: false },
    { kind: 'ClientId', text: 'a\u0000', good: false },
    { kind: 'ClientId', text: 'a\u202eb', good: false },
    { kind: 'ClientId', text: 'a\u200b', good: false },
    { kind: 'ClientId', text: 'a\ud800', good: false },
    { kind: 'StateName', text: 'main.eu_1-a', good: true },
    { kind: 'StateName', text: '_a', good: true },
    { kind: 'StateName', text: '.a', good: false },
    { kind: 'StateName', text: '-a', good: false },
    { kind: 'StateName', text: 'a/b', good: false },
    { kind: 'StateName', text: 'a ', good: false },
  ] as const)('$kind: $text, $good', ({ kind, text, good }) => {
    expect(schemas[kind].safeParse(text).success).toBe(good)
  })
})

describe('values by field', () => {
  const values: Values = { callbackUrls: [], productName: null, owners: ['a'] }

  test('come in the order of the fields, whatever the order that they were named in', () => {
    expect(pathsOf(values)).toEqual(['owners', 'productName', 'callbackUrls'])
  })

  test('a part of them, and the others', () => {
    expect(pick(values, ['productName', 'applicationName'])).toEqual({ productName: null })
    expect(omit(values, ['productName', 'applicationName'])).toEqual({ owners: ['a'], callbackUrls: [] })
  })

  test.each([
    { reason: 'lists, texts and nothing', raw: { owners: ['a'], productName: 'x', callbackUrls: null }, good: true },
    { reason: 'no field at all', raw: {}, good: true },
    { reason: 'a number', raw: { productName: 7 }, good: false },
    { reason: 'a list of something else', raw: { owners: [7] }, good: false },
  ])('as they come from the database: $reason', ({ raw, good }) => {
    expect(Values.safeParse(raw).success).toBe(good)
  })

  test('as another version of Nexus left them: its fields stay, and nothing here looks at them', () => {
    const values = Values.parse({ owners: ['a'], later: 7 })
    expect(values).toEqual({ owners: ['a'], later: 7 })
    expect(pathsOf(values)).toEqual(['owners'])
  })
})
