import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adoptionSteps, releaseSteps } from '../../../domain/terraform/bulk-adoption.ts'
import type { Choice, Steps } from '../../../domain/terraform/bulk-adoption.ts'
import type { Snapshot, SnapshotClient } from '../../../domain/terraform/snapshot.ts'

const client = (id: string, more: Partial<SnapshotClient> = {}): SnapshotClient => ({
  id,
  name: `Shop ${id}`,
  vanished: false,
  owned: [],
  productName: 'Billing',
  owners: ['billing-admins'],
  request: null,
  ...more,
})

const managed = (address: string, clientId: string) => ({
  address,
  type: 'auth0_client' as const,
  clientId,
  tainted: false,
  deposed: null,
})

const others: string[] = []

const snapshot: Snapshot = {
  format: 1,
  tenant: 'acme',
  domain: null,
  url: null,
  incomplete: null,
  states: [
    { name: 'legacy', own: false, version: 0, others, resources: [managed('auth0_client.old', 'foreign')] },
    {
      name: 'main',
      own: true,
      version: 0,
      others,
      resources: [
        managed('auth0_client.a', 'managed'),
        managed('auth0_client.b', 'releasing'),
        // A credential alone does not make a client managed.
        { ...managed('auth0_client_credentials.c', 'manual'), type: 'auth0_client_credentials' },
      ],
    },
  ],
  clients: [
    client('adopting', { request: { kind: 'adopt', state: 'main' } }),
    client('foreign'),
    client('gone', { vanished: true }),
    client('managed'),
    client('manual'),
    client('other', { name: 'Warehouse (old)', productName: 'Logistics', owners: ['Billing-Admins'] }),
    client('releasing', { request: { kind: 'release', state: 'main' } }),
  ],
}

/** A client that a state of ours and a foreign one both have, and one that a foreign one has and ours was asked to take. */
const contested: Snapshot = {
  ...snapshot,
  states: snapshot.states.map((state) => ({
    ...state,
    resources: [
      ...state.resources,
      managed('auth0_client.both', 'both'),
      ...(state.own ? [] : [managed('auth0_client.asked', 'asked')]),
    ],
  })),
  clients: [client('asked', { request: { kind: 'adopt', state: 'main' } }), client('both')],
}

const told = (steps: Steps): unknown =>
  steps.ok
    ? {
        steps: steps.steps.map(({ id, kind, state }) => `${kind} ${id} ${state}`),
        left: steps.left.map(({ id, reason }) => `${id}: ${reason}`),
      }
    : steps.detail

const choice = (more: Partial<Choice>): Choice => ({ clients: [], ...more })
const alreadyAdopting = 'adopting: its adoption into main is asked for already'

describe('adoption', () => {
  test.each([
    {
      reason: 'every client means the manual ones that Auth0 has',
      given: {},
      steps: ['adopt manual main', 'adopt other main'],
      left: [alreadyAdopting],
    },
    { reason: 'a product', given: { product: 'Logistics' }, steps: ['adopt other main'], left: [] },
    {
      reason: 'an owner, exactly',
      given: { owner: 'billing-admins' },
      steps: ['adopt manual main'],
      left: [alreadyAdopting],
    },
    {
      reason: 'a name with what a pattern must not mean',
      given: { name: 'W* (old)' },
      steps: ['adopt other main'],
      left: [],
    },
    { reason: 'a name is the whole name', given: { name: 'Warehouse' }, steps: [], left: [] },
    { reason: 'a dot is a dot', given: { name: '.........? (old)' }, steps: [], left: [] },
    { reason: 'filters hold together', given: { name: 'Shop *', product: 'Logistics' }, steps: [], left: [] },
    {
      reason: 'a named one whose release is asked for stays; one that is managed is left alone',
      given: { clients: ['releasing', 'managed', 'manual'] },
      steps: ['adopt manual main', 'keep releasing main'],
      left: ['managed: main manages it already'],
    },
    {
      reason: 'a named one of another state is asked for, so that the refusal says why',
      given: { clients: ['foreign'] },
      steps: ['adopt foreign main'],
      left: [],
    },
    {
      reason: 'a named one that is new is asked for: the API asks Auth0',
      given: { clients: ['stranger'] },
      steps: ['adopt stranger main'],
      left: [],
    },
    {
      reason: 'ids and filters hold together',
      given: { clients: ['manual', 'stranger'], product: 'Logistics' },
      steps: [],
      left: ['manual: a filter leaves it out', 'stranger: Nexus has not met it yet, so that no filter can tell'],
    },
  ])('$reason', ({ given, steps, left }) => {
    expect(told(adoptionSteps(snapshot, choice(given)))).toEqual({ steps, left })
  })

  const withStates = (...own: readonly string[]): Snapshot => ({
    ...snapshot,
    states: own.map((name) => ({ name, own: true, version: 0, others, resources: [] })),
  })

  test.each([
    {
      reason: 'of several states one must be named',
      of: withStates('a', 'b'),
      state: undefined,
      says: '--state, with one of a, b',
    },
    { reason: 'a state of another', of: snapshot, state: 'legacy', says: 'Nexus does not write the configuration' },
    { reason: 'no state', of: withStates(), state: undefined, says: 'set terraformStates' },
  ])('$reason', ({ of, state, says }) => {
    expect(told(adoptionSteps(of, choice({ state })))).toContain(says)
  })

  test('of several states none need be named to take a release back', () => {
    const two = { ...snapshot, states: [...snapshot.states, ...withStates('second').states] }
    expect(told(adoptionSteps(two, choice({ clients: ['releasing'] })))).toEqual({
      steps: ['keep releasing main'],
      left: [],
    })
    expect(told(adoptionSteps(two, choice({ clients: ['releasing', 'manual'] })))).toContain('--state')
    expect(told(adoptionSteps(two, choice({ clients: ['releasing'], state: 'third' })))).toContain('third')
  })

  test('of several states the named one takes over, also what another was asked to', () => {
    expect(told(adoptionSteps(withStates('a', 'main'), choice({ state: 'a', clients: ['adopting'] })))).toEqual({
      steps: ['adopt adopting a'],
      left: [],
    })
  })
})

describe('a client in two states', () => {
  test('is asked to be adopted, so that the refusal says why, and is not called managed already', () => {
    expect(told(adoptionSteps(contested, choice({ clients: ['both'] })))).toEqual({
      steps: ['adopt both main'],
      left: [],
    })
  })

  test.each([
    { reason: 'from ours', given: {}, steps: ['release both main'], left: [] },
    { reason: 'from ours, which is named', given: { state: 'main' }, steps: ['release both main'], left: [] },
    { reason: 'from none that was not named', given: { state: 'legacy' }, steps: [], left: [] },
    {
      reason: 'from the other one, where both are named, for the refusal',
      given: { state: 'legacy', clients: ['both'] },
      steps: ['release both legacy'],
      left: [],
    },
  ])('is released $reason', ({ given, steps, left }) => {
    expect(told(releaseSteps(contested, choice(given)))).toEqual({ steps, left })
  })
})

describe('release', () => {
  test('an adoption is taken back also where a state of others has the client by now', () => {
    expect(told(releaseSteps(contested, choice({ clients: ['asked'] })))).toEqual({
      steps: ['leave asked main'],
      left: [],
    })
  })

  test.each([
    {
      reason: 'every client of our states, and what was asked of adoptions is taken back',
      given: {},
      steps: ['leave adopting main', 'release managed main'],
      left: ['releasing: its release from main is asked for already'],
    },
    { reason: 'of a state that is not ours', given: { state: 'legacy' }, steps: [], left: [] },
    {
      reason: 'of one state',
      given: { state: 'main' },
      steps: ['leave adopting main', 'release managed main'],
      left: ['releasing: its release from main is asked for already'],
    },
    {
      reason: 'a named one of another state is asked for, so that the refusal says why',
      given: { clients: ['foreign'] },
      steps: ['release foreign legacy'],
      left: [],
    },
    { reason: 'a manual one', given: { clients: ['manual'] }, steps: [], left: ['manual: no state manages it'] },
    {
      reason: 'one of another state than the named one',
      given: { clients: ['managed'], state: 'legacy' },
      steps: [],
      left: ['managed: legacy does not manage it'],
    },
    {
      reason: 'one that Nexus has not met',
      given: { clients: ['stranger'] },
      steps: ['release stranger null'],
      left: [],
    },
  ])('$reason', ({ given, steps, left }) => {
    expect(told(releaseSteps(snapshot, choice(given)))).toEqual({ steps, left })
  })

  test('of a state that there is none of', () => {
    expect(told(releaseSteps(snapshot, choice({ state: 'mian' })))).toBe('acme has no state mian; it has legacy, main.')
  })
})

const source = (pattern: string): string =>
  pattern
    .replaceAll('.', String.raw`\.`)
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')

test('a name fits a pattern as a regular expression would have it', () => {
  const part = fc.constantFrom('a', 'b', '*', '?', '.', '😀')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(part, { maxLength: 8 }), (name, pattern) => {
      const only = client('one', { name: name.join('') })
      const found = adoptionSteps({ ...snapshot, clients: [only] }, { clients: [], name: pattern.join('') })
      const fits = new RegExp(`^${source(pattern.join(''))}$`, 'u').test(name.join(''))
      expect(found.ok && found.steps.length).toBe(fits ? 1 : 0)
    }),
    { numRuns: 2000 },
  )
})
