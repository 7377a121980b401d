import { describe, expect, test } from 'vitest'
import { accept } from '../../../domain/changes/accept.ts'
import { reversionOf, withChange, workOf } from '../../../domain/changes/plan.ts'
import { previewOf } from '../../../domain/changes/preview.ts'
import { driftIn } from '../../../domain/clients/drift.ts'
import { pointerOf } from '../../../domain/clients/field-values.ts'
import { fields } from '../../../domain/clients/fields.ts'
import { listingOf } from '../../../domain/clients/listing.ts'
import type { Auth0Client, ClientState, FieldPath, Value } from '../../../domain/vocabulary.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { contractFields, contractKeys as keys } from '../../support/contract.ts'
import { caller, held } from '../callers.ts'

const admin = caller({ id: 'auth0|root', tenants: '*', ...held('client.write.all') })

const stateOf = (
  observed: Auth0Client,
  more: Partial<ClientState> = {},
): ClientState & { readonly oneByOneUntil: null } => ({
  key: { tenantId: 'acme', clientId: 'c' },
  observed,
  observedAt: new Date(0),
  base: {},
  pending: [],
  generation: 0,
  settledGeneration: 0,
  oneByOneUntil: null,
  ...more,
})

const accepted = (path: FieldPath, value: Value, state = stateOf({})) =>
  accept({ values: { [path]: value }, elementPointers: {} }, admin, state, true, keys)

describe.each(fieldPaths)('%s, from a request to Auth0 and back', (path) => {
  const { value, held, cleared } = contractFields[path]
  const kept = fields[path].kind === 'list' ? [] : null

  test('its value is accepted, shown beforehand, and sent as Auth0 holds it', () => {
    const values = { [path]: value }
    expect(accepted(path, value)).toEqual({ kind: 'accepted', values, changesNothing: false })
    expect(previewOf(stateOf({}), values, false, keys)).toEqual({
      fields: [{ field: path, from: null, to: value }],
      members: held,
    })
    expect(workOf(withChange(stateOf({}), values), keys)).toMatchObject({ kind: 'send', members: held })
  })

  test('what it has already is no change', () => {
    expect(accepted(path, value, stateOf(held))).toMatchObject({ kind: 'accepted', changesNothing: true })
  })

  test('it is cleared as Auth0 lets it be', () => {
    const values = { [path]: kept }
    expect(accepted(path, kept, stateOf(held))).toEqual({ kind: 'accepted', values, changesNothing: false })
    expect(previewOf(stateOf(held), values, false, keys)).toEqual({
      fields: [{ field: path, from: value, to: kept }],
      members: cleared,
    })
  })

  test('another value in Auth0 is drift, which the policy puts back', () => {
    const base = { [path]: value }
    expect(driftIn({ base, observed: {}, pending: [] }, keys)).toMatchObject([
      { path, class: 'out-of-band', confirmed: value },
    ])
    expect(driftIn({ base, observed: held, pending: [] }, keys)).toEqual([])
    expect(reversionOf(stateOf({}, { base }), keys)).toEqual(base)
  })

  test('what is longer than it may be is refused at its place', () => {
    const long = 'x'.repeat(200_000)
    const acceptance = accepted(path, fields[path].kind === 'list' ? [long] : long)
    const place = fields[path].kind === 'list' ? `${pointerOf(path)}/0` : pointerOf(path)
    expect(acceptance.kind === 'impossible' ? acceptance.issues[0]?.pointer : undefined).toBe(place)
  })
})

describe.each(fieldPaths.filter((path) => fields[path].url !== undefined))('%s holds URLs', (path) => {
  test.each(['javascript:alert(1)', 'data:text/html,x', 'not a URL'])('%s is refused at its place', (bad) => {
    const isList = fields[path].kind === 'list'
    const acceptance = accepted(path, isList ? ['https://a.test', bad] : bad)
    expect(acceptance).toMatchObject({
      kind: 'impossible',
      issues: [{ pointer: isList ? `${pointerOf(path)}/1` : pointerOf(path) }],
    })
  })

  test('what is there may stay', () => {
    const state = stateOf({}, { base: { [path]: fields[path].kind === 'list' ? ['x y'] : 'x y' } })
    expect(accepted(path, fields[path].kind === 'list' ? ['x y'] : 'x y', state).kind).toBe('accepted')
  })
})

test.each(fieldPaths)('a search in lists finds %s if lists show it and it is a text', (path) => {
  const { words } = listingOf(stateOf(contractFields[path].held), keys)
  expect(words.includes('a text')).toBe(fields[path].listed === true && fields[path].kind === 'text')
})
