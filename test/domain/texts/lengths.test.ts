import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { accept } from '../../../domain/changes/accept.ts'
import {
  excessIn,
  greatest,
  greatestCounts,
  measured,
  tooLong,
  tooManyElements,
} from '../../../domain/texts/lengths.ts'
import type { Measured } from '../../../domain/texts/lengths.ts'
import { LockInfo } from '../../../domain/terraform/state-lock.ts'
import { ClientId, fieldPaths, StateName, TenantId } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { ClientState, FieldPath, Values } from '../../../domain/vocabulary.ts'
import { fields } from '../../../domain/clients/fields.ts'
import { caller, held } from '../callers.ts'

describe('a body', () => {
  const long = 'x'.repeat(greatest.text + 1)
  test.each([
    { reason: 'a text', body: { productName: long }, shape: [], length: ['/productName'] },
    { reason: 'an element', body: { owners: ['a', long] }, shape: [], length: ['/owners/1'] },
    { reason: 'deep inside', body: { mobile: { ios: { team_id: long } } }, shape: [], length: ['/mobile/ios/team_id'] },
    { reason: 'a list', body: { owners: Array.from({ length: 1001 }, () => 1) }, shape: [], length: ['/owners'] },
    {
      reason: 'an object',
      body: { mobile: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [i, 1])) },
      shape: ['/mobile'],
      length: [],
    },
    { reason: 'a name, which is not quoted', body: { mobile: { [long]: 1 } }, shape: ['/mobile'], length: [] },
    { reason: 'the list that it is', body: Array.from({ length: 1001 }, () => 1), shape: [''], length: [] },
    { reason: 'a pointer is escaped', body: { 'a/b~c': long }, shape: [], length: ['/a~1b~0c'] },
    {
      reason: 'several, in their order',
      body: { a: long, b: [long], c: long },
      shape: [],
      length: ['/a', '/b/0', '/c'],
    },
  ])('holds too much: $reason', ({ body, shape, length }) => {
    const excess = excessIn(body)
    expect({
      shape: excess.shape.map(({ pointer }) => pointer),
      length: excess.length.map(({ pointer }) => pointer),
    }).toEqual({
      shape,
      length,
    })
    expect(JSON.stringify(excess).length).toBeLessThan(1000)
  })

  test.each([
    { reason: 'a text', body: { a: 'x'.repeat(greatest.text) } },
    { reason: 'a list', body: { a: Array.from({ length: greatestCounts.elements }, () => 1) } },
    { reason: 'the list that it is', body: Array.from({ length: greatestCounts.elements }, () => 1) },
    { reason: 'an object', body: { a: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [i, 1])) } },
    { reason: 'the name of a member', body: { a: { ['x'.repeat(greatest.member)]: 1 } } },
  ])('may hold as much as it may: $reason', ({ body }) => {
    expect(excessIn(body)).toEqual({ shape: [], length: [] })
  })

  test('that is a list has a limit of its own where it is said, and the lists in it have the usual one', () => {
    const body = [[1, 2, 3], 4, 5]
    expect(excessIn(body, 3)).toEqual({ shape: [], length: [] })
    expect(excessIn(body, 2).shape.map(({ pointer }) => pointer)).toEqual([''])
  })

  test('is told how much it may hold, and how much it holds', () => {
    expect(tooLong(5)).toBe('This text may have 5 characters at most.')
    expect(tooLong(5, 7)).toBe('This text may have 5 characters at most, and has 7.')
    expect(tooManyElements(5, 7)).toBe('This list may have 5 elements at most, and has 7.')
  })

  test('no more is told than anybody reads', () => {
    const { length } = excessIn(Array.from({ length: 500 }, () => long))
    expect(length.length).toBe(100)
  })

  test('that holds little is never too much', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(excessIn(body)).toEqual({ shape: [], length: [] })
      }),
    )
  })
})

/** A schema's verdict on a text, and how many of the checks behind the measure looked at it. */
const looksAt = (what: Measured, text: string): { readonly success: boolean; readonly looked: number } => {
  let looked = 0
  const schema = measured(what).refine(() => {
    looked += 1
    return true
  })
  return { success: schema.safeParse(text).success, looked }
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets what they are
const everyText = Object.keys(greatest) as readonly Measured[]

test.each(everyText)('%s: a text that is as long as it may be is looked at, a longer one is not', (what) => {
  const most = greatest[what]
  expect(looksAt(what, 'x'.repeat(most))).toEqual({ success: true, looked: 1 })
  expect(looksAt(what, 'x'.repeat(most + 1))).toEqual({ success: false, looked: 0 })
})

test.each([
  { name: 'a tenant id', schema: TenantId, text: 'a'.repeat(64) },
  { name: 'a client id', schema: ClientId, text: 'a'.repeat(greatest.clientId + 1) },
  { name: 'the name of a state', schema: StateName, text: 'a'.repeat(129) },
  { name: 'the id of a lock', schema: LockInfo, text: { ID: 'a'.repeat(257) } },
  { name: 'who holds it', schema: LockInfo, text: { ID: 'a', Who: 'a'.repeat(1025) } },
])('$name is measured', ({ schema, text }) => {
  const parsed: z.ZodSafeParseResult<unknown> = schema.safeParse(text)
  expect(parsed.success).toBe(false)
})

const admin = caller({ tenants: '*', ...held('client.write.all') })

const stateOf = (observed: Record<string, unknown> = {}): ClientState => ({
  key: { tenantId: 'acme', clientId: 'one' },
  observed,
  observedAt: new Date(0),
  base: {},
  pending: [],
  generation: 0,
  settledGeneration: 0,
})

const issuesFor = (values: Values, state = stateOf()) => {
  const accepted = accept({ values, elementPointers: {} }, admin, state, false, defaultMetadataKeys)
  return accepted.kind === 'impossible' ? accepted.issues : []
}

const valueOf = (path: FieldPath, length: number): Values => {
  const text = fields[path].greatest === 'url' ? `https://a.test/${'x'.repeat(length - 15)}` : 'A'.repeat(length)
  return {
    [path]: fields[path].kind === 'list' ? [text] : text,
  }
}

describe('a field', () => {
  test.each(fieldPaths)('%s is measured', (path) => {
    const issues = issuesFor(valueOf(path, greatest[fields[path].greatest] + 1))
    expect(issues.length).toBeGreaterThan(0)
    expect(issues[0]?.pointer.startsWith(`/${path.replaceAll('.', '/')}`)).toBe(true)
    expect(issues.map(({ detail }) => detail).join()).toMatch(/characters at most|at most 255 characters/)
    expect(JSON.stringify(issues).length).toBeLessThan(2000)
  })

  test.each([
    { path: 'callbackUrls' as const, of: greatest.url },
    { path: 'mobile.ios.team_id' as const, of: greatest.mobileText },
    { path: 'productName' as const, of: 255 },
  ])('$path may have $of characters', ({ path, of }) => {
    expect(issuesFor(valueOf(path, of))).toEqual([])
  })

  test('what Auth0 has already may stay, however long it is', () => {
    const url = `https://a.test/${'x'.repeat(greatest.url)}`
    const team = 'x'.repeat(greatest.mobileText + 1)
    const state = stateOf({ callbacks: [url], mobile: { ios: { team_id: team } } })
    expect(issuesFor({ callbackUrls: [url, 'https://b.test'], 'mobile.ios.team_id': team }, state)).toEqual([])
  })
})
