import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, pendingPaths } from '../../../domain/clients/desired.ts'
import { compare, readFields, writeFields } from '../../../domain/clients/field-values.ts'
import { fields } from '../../../domain/clients/fields.ts'
import { nextWork, plan, reversionOf, withChange, workOf, workWith } from '../../../domain/changes/plan.ts'
import { isRecord, recordOf } from '../../../domain/shape.ts'
import type { Auth0Client, ClientState, FieldPath, Value, Values } from '../../../domain/vocabulary.ts'
import { defaultMetadataKeys as keys, placeOf } from '../../../domain/clients/metadata-keys.ts'
import { fieldPaths, pathsOf } from '../../../domain/vocabulary.ts'
import { patched } from '../../support/patched.ts'

const word = fc.stringMatching(/^[a-z]{1,8}$/)

const list = fc.array(word, { maxLength: 4 })

const fingerprint = fc.constantFrom('AA:01', 'BB:02', 'AA:01,BB:02')

const valueOf = (path: FieldPath): fc.Arbitrary<Value> => {
  if (path === 'mobile.android.keystore_hash') return fc.oneof(fingerprint, fc.constant(null))
  return fields[path].kind === 'list' ? list : fc.oneof(word, fc.constant(null))
}

const values: fc.Arbitrary<Values> = fc.record(Object.fromEntries(fieldPaths.map((path) => [path, valueOf(path)])), {
  requiredKeys: [],
})

/** A client with something of everything, and with what is not ours. */
const client: fc.Arbitrary<Auth0Client> = fc
  .tuple(values, fc.dictionary(fc.constantFrom('theirs', 'other'), word), fc.boolean())
  .map(([held, foreign, named]): Auth0Client => {
    const written = writeFields(held, {}, keys)
    const metadata = Object.entries({ ...recordOf(written['client_metadata']), ...foreign })
    written['client_metadata'] = Object.fromEntries(metadata.filter(([, value]) => value !== null))
    if (named) Object.assign(written, { name: 'A client', description: 'not ours' })
    return written
  })

const scope = fc.subarray([...fieldPaths])

const owns = (members: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(members).flatMap(([member, value]) =>
    (member === 'client_metadata' || member === 'mobile') && isRecord(value)
      ? Object.keys(value).map((part) => `${member}.${part}`)
      : [member],
  )

const placesOf = (paths: readonly FieldPath[]): Set<string> =>
  // The last name of a leaf of `mobile` is left out: its part is sent as a whole.
  new Set(paths.map((path) => placeOf(path, keys).slice(0, 2).join('.')))

const stateOf = (
  observed: Auth0Client,
  base: Values,
  pending: readonly Values[],
  oneByOneUntil: number | null = null,
): ClientState & { readonly oneByOneUntil: number | null } => ({
  oneByOneUntil,
  key: { tenantId: 'acme', clientId: 'c' },
  observed,
  observedAt: new Date(0),
  base,
  pending: pending.map((one, index) => ({ id: String(index), generation: index + 1, values: one })),
  generation: pending.length,
  settledGeneration: 0,
})

describe('laws of the plan', () => {
  test('what is applied leaves nothing that differs', () => {
    fc.assert(
      fc.property(values, client, scope, (desired, observed, paths) => {
        const first = plan(desired, observed, paths, keys)
        if (first.kind === 'nothing') return
        const second = plan(desired, patched(observed, first.members), paths, keys)
        expect(second.kind === 'update' ? second.differences : []).toEqual([])
      }),
    )
  })

  test('applied and settled, nothing is left to send', () => {
    fc.assert(
      fc.property(values, client, fc.array(values, { minLength: 1, maxLength: 4 }), (base, observed, pending) => {
        const before = stateOf(observed, base, pending)
        const work = workOf(before, keys)
        if (work.kind === 'settled') return
        const after = stateOf(patched(observed, work.members), { ...base, ...work.values }, [])
        expect(workOf(after, keys)).toEqual({ kind: 'settled', changes: [], values: {} })
      }),
    )
  })

  test('applying twice is applying once', () => {
    fc.assert(
      fc.property(values, client, scope, (desired, observed, paths) => {
        const work = plan(desired, observed, paths, keys)
        if (work.kind === 'nothing') return
        const once = patched(observed, work.members)
        expect(patched(once, work.members)).toEqual(once)
      }),
    )
  })

  test('only what is in scope is sent, and never what Nexus does not own', () => {
    fc.assert(
      fc.property(values, client, scope, (desired, observed, paths) => {
        const work = plan(desired, observed, paths, keys)
        if (work.kind === 'nothing') return
        const allowed = placesOf(paths.filter((path) => path in desired))
        expect(owns(work.members).filter((place) => !allowed.has(place))).toEqual([])
      }),
    )
  })

  test('metadata keys of others stay as they are', () => {
    fc.assert(
      fc.property(values, client, scope, (desired, observed, paths) => {
        const work = plan(desired, observed, paths, keys)
        if (work.kind === 'nothing') return
        const after = recordOf(patched(observed, work.members)['client_metadata'])
        const before = recordOf(observed['client_metadata'])
        for (const key of ['theirs', 'other']) expect(after[key]).toBe(before[key])
      }),
    )
  })

  test('fields outside the scope read as before, the other leaves of a part of mobile too', () => {
    fc.assert(
      fc.property(values, client, scope, (desired, observed, paths) => {
        const work = plan(desired, observed, paths, keys)
        if (work.kind === 'nothing') return
        const [before, after] = [readFields(observed, keys), readFields(patched(observed, work.members), keys)]
        const left = fieldPaths.filter((path) => !paths.includes(path) || !(path in desired))
        expect(left.filter((path) => compare(before[path], after[path]) !== 'same')).toEqual([])
      }),
    )
  })

  test('a field that a pending change names is sent, whatever was observed', () => {
    fc.assert(
      fc.property(values, client, values, (base, observed, wanted) => {
        const state = stateOf(patched(observed, writeFields(wanted, observed, keys)), base, [wanted])
        const work = workOf(state, keys)
        expect(work.kind === 'send' ? pathsOf(work.values) : []).toEqual(pathsOf(wanted))
      }),
    )
  })

  test('a later change of the same field wins, others stay', () => {
    const pending = stateOf({}, {}, [{ callbackUrls: ['a'], productName: 'A' }, { callbackUrls: ['b'] }]).pending
    expect(fold({ applicationName: 'X' }, pending)).toEqual({
      applicationName: 'X',
      callbackUrls: ['b'],
      productName: 'A',
    })
    expect(pendingPaths(pending)).toEqual(['productName', 'callbackUrls'])
  })
})

describe('the work of a round', () => {
  const stolen: Auth0Client = { callbacks: ['https://stolen.example.com'] }
  const confirmed: Values = { callbackUrls: ['https://app.example.com'] }

  test("a drifted field is not sent with another field's change, whatever the policy", () => {
    const state = stateOf(stolen, confirmed, [{ productName: 'Billing' }])
    for (const policy of ['report', 'revert'] as const)
      expect(nextWork(state, policy, keys)).toMatchObject({ kind: 'send', values: { productName: 'Billing' } })
    expect(reversionOf(state, keys)).toBeUndefined()
  })

  test.each([
    { reason: 'under revert a drift is put back once nothing waits', policy: 'revert', values: confirmed },
    { reason: 'under report it is not', policy: 'report', values: undefined },
  ] as const)('$reason', ({ policy, values }) => {
    const work = nextWork(stateOf(stolen, { ...confirmed, productName: null }, []), policy, keys)
    expect(work.kind === 'send' ? work.values : undefined).toEqual(values)
    // The change that puts it back is in the work, and there is no other.
    expect(work.changes.map((change) => change.values)).toEqual(values === undefined ? [] : [values])
  })

  test('what differs is told from the observed value to the wanted one', () => {
    const work = workOf(stateOf(stolen, {}, [{ ...confirmed, productName: null }]), keys)
    expect(work).toMatchObject({
      differences: [{ path: 'callbackUrls', from: ['https://stolen.example.com'], to: ['https://app.example.com'] }],
    })
  })

  test('one more change waits behind all others', () => {
    const state = withChange(stateOf({}, {}, [{ productName: 'a' }, { productName: 'b' }]), { productName: 'c' })
    expect(state.generation).toBe(3)
    expect(state.pending.map(({ generation, values }) => [generation, values.productName])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  test('nothing waits, though changes were tried one by one before', () => {
    expect(workOf(stateOf({}, {}, [], 4), keys)).toEqual({ kind: 'settled', changes: [], values: {} })
  })

  test('another order of the same elements is put back as well, and no drift is no work', () => {
    const base: Values = { callbackUrls: ['a', 'b'] }
    expect(reversionOf(stateOf({ callbacks: ['b', 'a'] }, base, []), keys)).toEqual(base)
    expect(reversionOf(stateOf({ callbacks: ['a', 'b'] }, base, []), keys)).toBeUndefined()
    expect(nextWork(stateOf({ callbacks: ['a', 'b'] }, base, []), 'revert', keys).kind).toBe('settled')
  })

  test.each<{ reason: string; until: number | null; sent: number[] }>([
    { reason: 'all that wait go in one call', until: null, sent: [1, 2, 3] },
    { reason: 'while a refusal is being found, the oldest alone', until: 3, sent: [1] },
    { reason: 'up to the last suspect', until: 1, sent: [1] },
    { reason: 'and then the rest together', until: 0, sent: [1, 2, 3] },
  ])('$reason', ({ until, sent }) => {
    const state = stateOf({}, {}, [{ productName: 'a' }, { applicationName: 'b' }, { productName: 'c' }], until)
    expect(workOf(state, keys).changes.map(({ generation }) => generation)).toEqual(sent)
  })

  test('without a reading a change is sent though an old observation has it; with one it is settled', () => {
    const state = stateOf({ client_metadata: { product_name: 'Billing' } }, {}, [{ productName: 'Billing' }])
    expect(workOf(state, keys).kind).toBe('send')
    expect(workOf(state, keys, [])).toMatchObject({ kind: 'settled', values: { productName: 'Billing' } })
  })

  test.each<{ reason: string; history: readonly Values[]; sent: Values | undefined }>([
    {
      reason: 'what a late call wrote, an older value of ours, is repaired',
      history: [{ callbackUrls: ['https://stolen.example.com'] }],
      sent: confirmed,
    },
    { reason: 'what nobody here ever wrote is drift', history: [{ callbackUrls: ['https://x'] }], sent: undefined },
    { reason: 'without a history likewise', history: [], sent: undefined },
  ])('$reason', ({ history, sent }) => {
    const work = workOf(stateOf(stolen, confirmed, []), keys, history)
    expect(work.kind === 'send' ? work.values : undefined).toEqual(sent)
  })

  test('a preview tells of the round that will send the change: what is tried one by one has gone before', () => {
    const state = stateOf({}, {}, [{ productName: 'a' }, { applicationName: 'b' }, { client_upn_key: 'c' }], 2)
    const work = workWith(state, { callbackUrls: ['https://app.example.com'] }, keys)
    expect(work).toMatchObject({
      kind: 'send',
      members: { client_metadata: { client_upn_key: 'c' }, callbacks: ['https://app.example.com'] },
    })
    expect(work.kind === 'send' && work.members).toEqual({
      client_metadata: { client_upn_key: 'c' },
      callbacks: ['https://app.example.com'],
    })
  })
})
