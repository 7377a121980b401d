import { describe, expect, test } from 'vitest'
import { Snapshot, snapshotOf } from '../../../domain/terraform/snapshot.ts'
import type { SnapshotFacts, SnapshotTenant } from '../../../domain/terraform/snapshot.ts'
import { defaultMetadataKeys as keys } from '../../../domain/clients/metadata-keys.ts'

const tenant: SnapshotTenant = {
  id: 'acme',
  domain: 'acme.eu.auth0.com',
  url: 'https://nexus.example.com',
  own: ['main'],
  ownClientId: 'nexus',
  keys,
}

const client = (id: string, more: Partial<SnapshotFacts['clients'][number]> = {}) => ({
  id,
  observed: { name: `Shop ${id}`, client_metadata: { product_name: 'Billing', owners: '["ann"]' } },
  base: {},
  pending: [],
  vanished: false,
  request: null,
  ...more,
})

const resource = (clientId: string, more: Partial<SnapshotFacts['resources'][number]> = {}) => ({
  state: 'main',
  address: `auth0_client.${clientId}`,
  type: 'auth0_client' as const,
  clientId,
  tainted: false,
  deposed: null,
  declared: true,
  ...more,
})

const snapshotted = (
  facts: Partial<SnapshotFacts>,
  {
    withheld,
    unasked = [],
    own = tenant.own,
  }: { withheld?: readonly string[]; unasked?: [string, string][]; own?: readonly string[] } = {},
) => {
  const known = { scanned: true, states: [], resources: [], clients: [] }
  const snapshot = snapshotOf({ ...known, ...facts }, { ...tenant, own }, new Map(unasked), withheld)
  // Whatever it holds: the stacks read it as it is.
  expect(Snapshot.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot)
  return snapshot
}

test('of a tenant that nothing is known of: the states that Nexus writes are there before they are written', () => {
  expect(snapshotted({ scanned: false })).toEqual({
    format: 1,
    tenant: 'acme',
    domain: 'acme.eu.auth0.com',
    url: 'https://nexus.example.com',
    incomplete: expect.stringContaining('the first scan is not over'),
    states: [{ name: 'main', own: true, version: 0, others: [], resources: [] }],
    clients: [],
  })
})

/** A state that manages Nexus' own client. */
const ours = (state: string) => ({ resources: [resource('nexus', { address: "auth0_client.it's", state })] })

describe('states', () => {
  test('come by name, each with its resources; of those of others nothing but clients', () => {
    const { states } = snapshotted({
      states: [
        { name: 'main', snapshot: 3, others: ['auth0_role.a'] },
        { name: 'legacy', snapshot: 1, others: ['auth0_role.b'] },
      ],
      resources: [resource('b'), resource('a', { state: 'legacy', tainted: true, deposed: '1f' }), resource('a')],
      clients: [client('a'), client('b')],
    })
    expect(states).toEqual([
      {
        name: 'legacy',
        own: false,
        version: 1,
        others: [],
        resources: [{ address: 'auth0_client.a', type: 'auth0_client', clientId: 'a', tainted: true, deposed: '1f' }],
      },
      {
        name: 'main',
        own: true,
        version: 3,
        others: ['auth0_role.a'],
        resources: ['b', 'a'].map((id) => ({
          address: `auth0_client.${id}`,
          type: 'auth0_client',
          clientId: id,
          tainted: false,
          deposed: null,
        })),
      },
    ])
  })

  test.each([
    { reason: 'all its clients are known', facts: {}, more: {}, incomplete: undefined },
    {
      reason: 'some could not be asked for',
      facts: {},
      more: { unasked: [['main', 'Auth0 did not answer.']] satisfies [string, string][] },
      incomplete: 'Auth0 did not answer.',
    },
    {
      reason: 'some of another state could not be asked for',
      facts: {},
      more: { unasked: [['legacy', 'Auth0 did not answer.']] satisfies [string, string][] },
      incomplete: undefined,
    },
    {
      reason: "it manages Nexus' own client",
      facts: ours('main'),
      more: {},
      incomplete: expect.stringContaining(String.raw`terraform state rm 'auth0_client.it'\''s'`),
    },
    {
      reason: "another state manages Nexus' own client",
      facts: ours('legacy'),
      more: {},
      incomplete: undefined,
    },
  ])('may be synthesised, or say why not: $reason', ({ facts, more, incomplete }) => {
    const main = snapshotted(facts, more).states.find(({ name }) => name === 'main')
    expect(main?.incomplete).toEqual(incomplete)
    expect(main !== undefined && 'incomplete' in main).toBe(incomplete !== undefined)
  })

  test('of others are never incomplete: nothing is synthesised from them', () => {
    const { states } = snapshotted(
      { states: [{ name: 'legacy', snapshot: 0, others: [] }], resources: [resource('nexus', { state: 'legacy' })] },
      { unasked: [['legacy', 'Auth0 did not answer.']] },
    )
    expect(states.map(({ name, incomplete }) => [name, incomplete])).toEqual([
      ['legacy', undefined],
      ['main', undefined],
    ])
  })
})

describe('clients', () => {
  test('come by id, with what is desired over what is observed', () => {
    const { clients } = snapshotted({
      clients: [
        client('b', {
          base: { owners: ['bob'] },
          pending: [{ id: 'p', generation: 1, values: { productName: 'Shop', callbackUrls: [] } }],
          request: { kind: 'adopt', state: 'main' },
        }),
        client('c', { observed: {}, vanished: true }),
        client('a'),
      ],
    })
    const plain = { vanished: false, owned: [], productName: 'Billing', owners: ['ann'], request: null }
    expect(clients).toEqual([
      { ...plain, id: 'a', name: 'Shop a' },
      {
        ...plain,
        id: 'b',
        name: 'Shop b',
        owned: ['owners', 'productName', 'callbackUrls'],
        productName: 'Shop',
        owners: ['bob'],
        request: { kind: 'adopt', state: 'main' },
      },
      { ...plain, id: 'c', name: '', vanished: true, productName: null, owners: [] },
    ])
  })

  test('that a state of ours names and nobody has ever seen are ones that Auth0 does not have', () => {
    const { clients } = snapshotted({
      resources: [resource('gone'), resource('gone', { type: 'auth0_client_credentials' }), resource('known')],
      clients: [client('known')],
    })
    expect(clients.map(({ id, vanished }) => [id, vanished])).toEqual([
      ['gone', true],
      ['known', false],
    ])
    expect(clients[0]).toEqual({
      id: 'gone',
      name: '',
      vanished: true,
      owned: [],
      productName: null,
      owners: [],
      request: null,
    })
  })

  test('that only a state of others names are not told of', () => {
    const states = [{ name: 'legacy', snapshot: 0, others: [] }]
    expect(snapshotted({ states, resources: [resource('gone', { state: 'legacy' })] }).clients).toEqual([])
  })
})

describe('what Auth0 holds', () => {
  const observed = {
    name: 'Shop',
    client_secret: 'canary',
    custom_login_page: 'x'.repeat(4095),
    description: 'x'.repeat(4094),
  }
  const facts = { clients: [client('a', { observed })], resources: [resource('a')] }

  test('is told where it was asked for, without secrets and without what is too long, both by name', () => {
    const { clients, metadataKeys, states } = snapshotted(facts, { withheld: ['client_secret', 'signing_keys'] })
    expect(clients[0]?.observed).toEqual({ name: 'Shop', description: observed.description })
    expect(clients[0]?.withheld).toEqual(['client_secret', 'signing_keys', 'custom_login_page'])
    expect(metadataKeys).toEqual(keys)
    expect(states[0]?.resources.map(({ declared }) => declared)).toEqual([true])
  })

  test('is left out otherwise', () => {
    const { clients, states, ...rest } = snapshotted(facts)
    expect(rest).not.toHaveProperty('metadataKeys')
    expect(clients[0]).not.toHaveProperty('observed')
    expect(clients[0]).not.toHaveProperty('withheld')
    expect(states[0]?.resources[0]).not.toHaveProperty('declared')
  })
})
