import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Snapshot, SnapshotClient, SnapshotResource, SnapshotState } from '../../domain/terraform/snapshot.ts'
import { shell } from '../../domain/terraform/shell.ts'
import { byText, plainName } from './address.ts'

/** What a snapshot knows, as the decisions about one state ask for it. */
export interface Known {
  readonly snapshot: Snapshot
  readonly state: SnapshotState
  /** Which keys of `client_metadata` Nexus' fields stand under. */
  readonly keys: MetadataKeys
  readonly clients: ReadonlyMap<string, SnapshotClient>
  /** Where each client is managed, over all states. */
  readonly places: ReadonlyMap<string, readonly Place[]>
  /** What stands in this state, by address. */
  readonly entries: readonly Entry[]
}

interface Place {
  readonly state: string
  readonly address: string
}

/** What stands at one address of a state. */
export interface Entry {
  readonly address: string
  readonly type: SnapshotResource['type']
  /** The name in the root module without an instance key; null for an address that no stack of ours can write. */
  readonly name: string | null
  /** Null where only deposed objects are left. */
  readonly current: SnapshotResource | null
  /** Objects that Terraform replaced and has still to destroy. */
  readonly deposed: readonly SnapshotResource[]
}

/** What is said beside the decisions: reasons to make no stack, and what somebody should know. */
export interface Diagnostics {
  readonly refuse: (reason: string) => void
  readonly warn: (warning: string) => void
}

const entriesOf = (state: SnapshotState): Entry[] =>
  [...Map.groupBy(state.resources, ({ address }) => address)]
    .sort(([left], [right]) => byText(left, right))
    .flatMap(([address, objects]): Entry[] => {
      const [first] = objects
      if (first === undefined) return []
      const current = objects.find(({ deposed }) => deposed === null) ?? null
      const deposed = objects.filter((object) => object.deposed !== null)
      return [{ address, type: first.type, name: plainName(address, first.type), current, deposed }]
    })

export const knownOf = (snapshot: Snapshot, state: SnapshotState): Known => ({
  snapshot,
  state,
  keys: snapshot.metadataKeys ?? defaultMetadataKeys,
  clients: new Map(snapshot.clients.map((client) => [client.id, client])),
  places: Map.groupBy(
    snapshot.states.flatMap(({ name, resources }) =>
      resources
        .filter(({ type, deposed }) => type === 'auth0_client' && deposed === null)
        .map(({ address, clientId }) => ({ state: name, address, clientId })),
    ),
    ({ clientId }) => clientId,
  ),
  entries: entriesOf(state),
})

/** Whether the client leaves this state: asked for, and not yet true. */
export const isReleased = (client: SnapshotClient, state: string): boolean =>
  client.request?.kind === 'release' && client.request.state === state

/** The bytes of a character in UTF-8, each as `_` and two hexadecimal digits. */
const bytesOf = (character: string): string =>
  Array.from(new TextEncoder().encode(character), (byte) => `_${byte.toString(16).padStart(2, '0')}`).join('')

/**
 * The name of the resource of a client that is adopted. Ids may begin with a digit, names may not; of an id that holds
 * what no name may, each such character and each `_` is written as its bytes: `shop.web_1` is `c_shop_2eweb_5f1`.
 */
export const adoptedName = (clientId: string): string =>
  `c_${/^[\w-]*$/.test(clientId) ? clientId : clientId.replaceAll(/[^A-Za-z0-9-]/gu, bytesOf)}`

/** The command that asks for an adoption, or takes a release back. */
export const adopting = ({ snapshot }: Pick<Known, 'snapshot'>, clientId: string): string =>
  shell('nexus', 'adopt', snapshot.tenant, clientId)

/** The command that asks for a release, or takes an adoption back. */
export const releasing = ({ snapshot }: Pick<Known, 'snapshot'>, clientId: string): string =>
  shell('nexus', 'release', snapshot.tenant, clientId)

/** The command that takes a client out of a state: it is asked of Nexus where Nexus writes the state's configuration. */
export const removing = ({ snapshot }: Pick<Known, 'snapshot'>, clientId: string, place: Place): string =>
  snapshot.states.some(({ name, own }) => own && name === place.state)
    ? releasing({ snapshot }, clientId)
    : shell('terraform', 'state', 'rm', place.address)

/** How a person finds the client: its id and its name, on one line. */
export const describeClient = ({ id, name }: SnapshotClient): string => `${id} (${JSON.stringify(name)})`
