import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isRecord, recordOf } from '../../domain/shape.ts'
import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import { StackRefused } from '../../stacks/errors.ts'
import { planStack } from '../../stacks/plan/plan.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'
import { applied, changesOf, clientBlock, isSame } from './provider-model.ts'
import type { Attributes, AttributeSchema, Block, BlockType, Configuration } from './provider-model.ts'
import { at, client, declaration, snapshot, state } from './support.ts'

/** Laws of declared clients over every attribute that the provider's schema has. */

const word = fc.constantFrom('one', 'two', '["a"]', '["a","b"]', '["b"]')
const metadataKeys = ['owners', 'product_name', 'client_upn_key', 'application_name', 'cost_center']

const valueOf = ({ type }: AttributeSchema): fc.Arbitrary<unknown> => {
  if (type === 'bool') return fc.boolean()
  if (type === 'number') return fc.integer({ min: 1, max: 3 })
  if (!Array.isArray(type)) return word
  if (type[0] === 'map') return fc.dictionary(fc.constantFrom(...metadataKeys), word, { minKeys: 1 })
  return fc.subarray(['https://a.example.com', 'https://b.example.com', 'https://c.example.com'], { minLength: 1 })
}

/** Add-ons are of a kind; a few stand for all. */
const tooMany = new Set(
  Object.keys(clientBlock.block_types?.['addons']?.block.block_types ?? {}).filter(
    (name) => !['samlp', 'aws', 'layer', 'wsfed'].includes(name),
  ),
)

/** Objects of a block: each attribute that must be given, and some of the others. */
const objectOf = (block: Block): fc.Arbitrary<Attributes> => {
  const attributes = Object.entries(block.attributes ?? {}).filter(
    ([name]) => name !== 'id' && name !== 'oidc_backchannel_logout_urls',
  )
  const open = attributes.filter(([, one]) => one.optional === true || one.required === true)
  const single = Object.entries(block.block_types ?? {})
    .filter(isSingle)
    .filter(([name]) => !tooMany.has(name))
  const members = [
    ...open.map(([name, one]) => [name, valueOf(one)] as const),
    ...single.map(([name, { block: inner }]) => [name, objectOf(inner).filter((one) => !isSame(one, {}))] as const),
  ]
  const required = open.filter(([, one]) => one.required === true).map(([name]) => name)
  return fc
    .tuple(
      fc.record(Object.fromEntries(members), { requiredKeys: required }),
      fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
    )
    .map(([all, coins]) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => required.includes(name) || coins.next().value === 0)),
    )
}
const isSingle = ([name, { nesting_mode: nesting, max_items: most, block }]: [string, BlockType]): boolean =>
  nesting === 'list' &&
  most === 1 &&
  (Object.keys(block.attributes ?? {}).length > 0 ||
    name === 'addons' ||
    Object.keys(block.block_types ?? {}).length > 0)

const someClient = objectOf(clientBlock)

/** What Auth0 calls it, and without what Nexus never stores. */
const observedOf = (held: Attributes): Attributes => {
  const { cross_origin_auth: coa, addons: _, encryption_key: __, ...same } = held
  return { ...same, ...(coa === undefined ? {} : { cross_origin_authentication: coa }) }
}

const inAuth0 = (held: Attributes, more: Partial<SnapshotClient> = {}): SnapshotClient =>
  client('A', {
    name: String(held['name']),
    observed: observedOf(held),
    withheld: ['addons', 'encryption_key'],
    ...more,
  })

interface Settled {
  readonly configuration: Configuration
  readonly warnings: readonly string[]
}

/** What stands in the stack, or why there is none. */
const settled = (
  held: Attributes,
  given: Attributes,
  how: { managed: boolean; replaces?: readonly string[]; more?: Partial<SnapshotClient> },
): Settled | StackRefused => {
  const resources = how.managed ? [at('auth0_client.x', 'A', { declared: true })] : []
  const declared: Declaration = declaration('x', { clientId: 'A', given, replaces: how.replaces ?? [] })
  try {
    const { declared: all, warnings } = planStack(
      snapshot([state(resources)], [inAuth0(held, how.more)]),
      'prod',
      new Map([['prod', [declared]]]),
    )
    const { leftOut = [], ignored = [] } = all.get('x') ?? {}
    const written = Object.fromEntries(Object.entries(given).filter(([name]) => !leftOut.includes(name)))
    return { configuration: { given: written, ignored }, warnings }
  } catch (error) {
    if (error instanceof StackRefused) return error
    throw error
  }
}

/** Whether everything that is held is held still: more may have been added. */
const holds = (after: unknown, before: unknown): boolean => {
  if (isSame(before, undefined)) return true
  if (isRecord(before)) return Object.entries(before).every(([name, value]) => holds(recordOf(after)[name], value))
  if (Array.isArray(before)) return Array.isArray(after) && before.every((one) => after.includes(one))
  return isSame(after, before)
}

/** Owners compare by who is named. */
const owners = (held: unknown): string[] => {
  const raw = recordOf(recordOf(held)['client_metadata'])['owners']
  return typeof raw === 'string' ? (raw.startsWith('[') ? JSON.parse(raw) : [raw]) : []
}

/** The attributes among these that have other values after than before. */
const touched = (names: readonly string[], before: Attributes, after: Attributes): string[] =>
  names.filter((name) => !isSame(after[name], before[name]))

const undeclared = (names: readonly string[], given: Attributes): string[] =>
  names.filter((name) => given[name] === undefined)

/** The metadata but for the owners. */
const apart = (held: Attributes): unknown => ({ ...recordOf(held['client_metadata']), owners: undefined })

/** The attributes of which something is gone after; more owners than before are no loss. */
const lost = (before: Attributes, after: Attributes): string[] => {
  return Object.keys(before).filter((name) =>
    name === 'client_metadata'
      ? !(owners(before).every((one) => owners(after).includes(one)) && holds(apart(after), apart(before)))
      : !holds(after[name], before[name]),
  )
}

/** What is written where nothing may be refused. */
const written = (...parameters: Parameters<typeof settled>): Configuration => {
  const found = settled(...parameters)
  if (found instanceof StackRefused) throw found
  return found.configuration
}

const tries = { numRuns: 250 }

describe('a takeover', () => {
  test('that is not refused takes nothing that Auth0 holds, and the plan after its apply is empty', () => {
    let taken = 0
    fc.assert(
      fc.property(someClient, someClient, fc.boolean(), (held, other, alike) => {
        // What is declared alike is not refused; otherwise nearly everything is.
        const same = Object.fromEntries(Object.keys(other).map((name) => [name, held[name] ?? other[name]]))
        const found = settled(held, { ...(alike ? same : other), name: held['name'] }, { managed: false })
        if (found instanceof StackRefused) return
        taken += 1
        const after = applied(found.configuration, held)
        expect(lost(held, after)).toEqual([])
        expect(changesOf(found.configuration, after)).toEqual([])
      }),
      tries,
    )
    expect(taken).toBeGreaterThan(20)
  })

  test('that is meant changes what the declaration gives and nothing else; the plan after its apply is empty', () => {
    fc.assert(
      fc.property(someClient, someClient, (held, given) => {
        const configuration = written(held, given, { managed: false, replaces: Object.keys(given) })
        const after = applied(configuration, held)
        expect(touched(undeclared(Object.keys(held), given), held, after)).toEqual([])
        expect(changesOf(configuration, after)).toEqual([])
      }),
      tries,
    )
  })

  test('names every attribute that it would take from', () => {
    fc.assert(
      fc.property(someClient, someClient, (held, given) => {
        const found = settled(held, given, { managed: false })
        const refusal = found instanceof StackRefused ? found.message : ''
        const after = applied(written(held, given, { managed: false, replaces: Object.keys(given) }), held)
        expect(lost(held, after).filter((name) => !refusal.includes(`- ${name}`))).toEqual([])
      }),
      tries,
    )
  })
})

describe('a client that is declared already', () => {
  test('keeps what its declaration does not give, and the owners’ access; its plans come to an end', () => {
    fc.assert(
      fc.property(someClient, someClient, (held, given) => {
        const configuration = written(held, given, { managed: true })
        const after = applied(configuration, held)
        expect(touched(undeclared(Object.keys(held), given), held, after)).toEqual([])
        expect(owners(after)).toEqual(expect.arrayContaining(owners(held)))
        const [before, now] = [held, after].map((one) => recordOf(one['client_metadata'])['product_name'])
        expect(before ?? now).toEqual(now)
        expect(changesOf(configuration, after)).toEqual([])
      }),
      tries,
    )
  })

  test('keeps what was put on it in the dashboard since the synthesis', () => {
    fc.assert(
      fc.property(someClient, someClient, someClient, (held, given, later) => {
        const configuration = written(held, given, { managed: true })
        const metadata = { ...recordOf(held['client_metadata']), ...recordOf(later['client_metadata']) }
        const now: Attributes = { ...held, ...later, client_metadata: metadata }
        const after = applied(configuration, now)
        expect(touched(undeclared(Object.keys(now), given), now, after)).toEqual([])
        const keys = undeclared(metadataKeys.slice(0, 4), recordOf(given['client_metadata']))
        expect(touched(keys, metadata, recordOf(after['client_metadata']))).toEqual([])
        expect(changesOf(configuration, after)).toEqual([])
      }),
      tries,
    )
  })

  test('keeps what an owner changed between the plan and the apply, where nothing of it is declared', () => {
    fc.assert(
      fc.property(someClient, someClient, someClient, (held, given, later) => {
        const configuration = written(held, given, { managed: true })
        const now = { ...held, ...later }
        const after = applied(configuration, held, now)
        expect(touched(undeclared(Object.keys(now), configuration.given), now, after)).toEqual([])
      }),
      tries,
    )
  })
})

test('the model knows the difference for ever: left out, not ignored, and set in Auth0', () => {
  const configuration = { given: { name: 'Shop' }, ignored: [] }
  const held = { name: 'Shop', web_origins: ['https://shop.example.com'], addons: { samlp: { audience: 'x' } } }
  expect(changesOf(configuration, held)).toEqual(['web_origins', 'addons'])
  const after = applied(configuration, held)
  expect(after).toEqual({ ...held, addons: null })
  expect(changesOf(configuration, after)).toEqual(['web_origins'])
})
