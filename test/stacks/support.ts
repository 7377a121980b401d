import type { Snapshot, SnapshotClient, SnapshotResource, SnapshotState } from '../../domain/terraform/snapshot.ts'
import type { Declaration } from '../../stacks/plan/claims.ts'

/** A client that nothing is asked of, and that Nexus owns nothing of. */
export const client = (id: string, more: Partial<SnapshotClient> = {}): SnapshotClient => ({
  id,
  name: `Client ${id}`,
  vanished: false,
  owned: [],
  productName: null,
  owners: [],
  request: null,
  observed: { name: more.name ?? `Client ${id}` },
  withheld: ['client_secret', 'signing_keys', 'encryption_key', 'addons', 'client_authentication_methods'],
  ...more,
})

/** What stands at an address; its type is in the address. */
export const at = (address: string, clientId: string, more: Partial<SnapshotResource> = {}): SnapshotResource => ({
  address,
  type: address.includes('auth0_client_credentials.') ? 'auth0_client_credentials' : 'auth0_client',
  clientId,
  tainted: false,
  deposed: null,
  ...more,
})

export const state = (resources: readonly SnapshotResource[], more: Partial<SnapshotState> = {}): SnapshotState => ({
  name: 'prod',
  own: true,
  version: 3,
  others: [],
  resources: [...resources],
  ...more,
})

export const snapshot = (
  states: readonly SnapshotState[],
  clients: readonly SnapshotClient[],
  more: Partial<Snapshot> = {},
): Snapshot => ({
  format: 1,
  tenant: 'acme',
  domain: 'acme.eu.auth0.com',
  url: 'https://nexus.example.com',
  incomplete: null,
  states: [...states],
  clients: [...clients],
  ...more,
})

export const declaration = (name: string, more: Partial<Declaration> = {}): Declaration => ({
  name,
  clientId: null,
  clientName: `Declared ${name}`,
  authenticationMethod: null,
  given: {},
  replaces: [],
  ...more,
})
