import { z } from 'zod'
import { accessOf, fold } from '../clients/desired.ts'
import { textOf } from '../shape.ts'
import { quoted } from './shell.ts'
import type { TerraformRequest } from './placement.ts'
import type { StateResource } from './state.ts'
import { clientResourceTypes } from './state.ts'
import type { Auth0Client, PendingChange, Values } from '../vocabulary.ts'
import { eachMetadataField } from '../clients/metadata-keys.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { ClientId, fieldPaths, pathsOf, StateName, TenantId } from '../vocabulary.ts'

/**
 * What Terraform stacks are synthesised from: the answer of `GET /v1/tenants/{tenantId}/terraform/snapshot`, or a file of
 * it. It holds no times, so that the same knowledge is the same text.
 */

/** A managed resource of a state that belongs to a client. */
export const SnapshotResource = z.strictObject({
  /** As Terraform writes it: `module.apps[0].auth0_client.this["eu"]`. */
  address: z.string(),
  type: z.enum(clientResourceTypes),
  clientId: ClientId,
  tainted: z.boolean(),
  /** The key of an object that Terraform replaced and has still to destroy; null for the current one. */
  deposed: z.string().nullable(),
  /**
   * Whether code declares it, as the apply said that wrote the state; null where it was written by something that does not
   * say. Only where it was asked for.
   */
  declared: z.boolean().nullable().optional(),
})
export type SnapshotResource = z.infer<typeof SnapshotResource>

export const SnapshotState = z.strictObject({
  name: StateName,
  /** Whether Nexus writes this state's configuration: the tenant's configuration names it. */
  own: z.boolean(),
  /** Counts what would make an older configuration of this state wrong. It stands in the backend's address. */
  version: z.int().nonnegative(),
  /** Of a state of ours: addresses of managed resources that belong to no client. */
  others: z.array(z.string()),
  resources: z.array(SnapshotResource),
  /** Why this state may not be synthesised now, while others may; left out where it may. */
  incomplete: z.string().optional(),
})
export type SnapshotState = z.infer<typeof SnapshotState>

export const SnapshotClient = z.strictObject({
  id: ClientId,
  name: z.string(),
  /** Auth0 no longer has it. */
  vanished: z.boolean(),
  /** The fields that belong to Nexus, those of waiting changes included. */
  owned: z.array(z.enum(fieldPaths)),
  productName: z.string().nullable(),
  owners: z.array(z.string()),
  /** What somebody asked for and no apply has made true yet. */
  request: z.strictObject({ kind: z.enum(['adopt', 'release']), state: StateName }).nullable(),
  /** What Auth0 was seen to hold, by its own names. Only where it was asked for. */
  observed: z.record(z.string(), z.unknown()).optional(),
  /** Members of which `observed` does not say whether Auth0 has them: they hold secrets, or are too long. */
  withheld: z.array(z.string()).optional(),
})
export type SnapshotClient = z.infer<typeof SnapshotClient>

export const Snapshot = z.strictObject({
  format: z.literal(1),
  tenant: TenantId,
  /** The provider's `domain`; null where only the environment (`AUTH0_DOMAIN`) knows it, as for a simulator. */
  domain: z.string().nullable(),
  /** How the API is reached, without a slash at the end; null where the server does not know. */
  url: z.url().nullable(),
  /** Why nothing may be synthesised from it; null where it is complete. */
  incomplete: z.string().nullable(),
  /** The keys of `client_metadata` that Nexus' fields stand under. Only where what Auth0 holds was asked for. */
  metadataKeys: z.strictObject(eachMetadataField(() => z.string())).optional(),
  /**
   * By name: the states that Nexus writes, written or not, and of the others that the configuration names those that are
   * held. A state that it does not name is no reason for anything, and is not here.
   */
  states: z.array(SnapshotState),
  /** By id: every client that Nexus knows of, vanished ones only where a state or a request names them. */
  clients: z.array(SnapshotClient),
})
export type Snapshot = z.infer<typeof Snapshot>

/** What a snapshot is made of, as of one moment. */
export interface SnapshotFacts {
  /** Whether every client has been listed once. */
  readonly scanned: boolean
  /** The states that the configuration names, with the count of each. */
  readonly states: readonly { readonly name: string; readonly snapshot: number; readonly others: readonly string[] }[]
  readonly resources: readonly (StateResource & { readonly state: string })[]
  readonly clients: readonly {
    readonly id: string
    /** Its name and its metadata at least. */
    readonly observed: Auth0Client
    readonly base: Values
    readonly pending: readonly PendingChange[]
    readonly vanished: boolean
    readonly request: TerraformRequest | null
  }[]
}

/** What of the tenant's configuration goes into a snapshot. */
export interface SnapshotTenant {
  readonly id: string
  readonly domain: string | null
  readonly url: string | null
  /** The states whose configuration Nexus writes. */
  readonly own: readonly string[]
  /** Nexus' own client, which no configuration that it writes may hold. */
  readonly ownClientId: string
  readonly keys: MetadataKeys
}

/** The longest member of a client, as JSON, that a snapshot repeats: login pages are longer, and there are many clients. */
const longestMember = 4096

/** What a snapshot repeats of what was observed, and which members it keeps back. @param secret members with secrets */
const told = (observed: Auth0Client, secret: readonly string[]): Pick<SnapshotClient, 'observed' | 'withheld'> => {
  const long = Object.keys(observed).filter((name) => JSON.stringify(observed[name]).length > longestMember)
  const shown = Object.entries(observed).filter(([name]) => !long.includes(name) && !secret.includes(name))
  return { observed: Object.fromEntries(shown), withheld: [...secret, ...long] }
}

/** A state that the configuration names and nobody has asked for. */
const unwritten = { snapshot: 0, others: [] } as const

/**
 * The snapshot of a tenant. A client that a state names and Nexus has never seen is one that Auth0 does not have: whoever
 * calls this has asked for those that were unknown.
 *
 * @param unasked why some of them could not be asked for, by the state that names them
 * @param withheld what Auth0 holds is wanted too, without these members, which hold secrets; null where it is not
 */
export const snapshotOf = (
  facts: SnapshotFacts,
  tenant: SnapshotTenant,
  unasked: ReadonlyMap<string, string>,
  withheld: readonly string[] | null = null,
): Snapshot => {
  const known = new Set(facts.clients.map(({ id }) => id))
  const never = new Set(
    facts.resources
      .filter(({ state }) => tenant.own.includes(state))
      .map(({ clientId }) => clientId)
      .filter((id) => !known.has(id)),
  )
  const names = new Set([...facts.states.map(({ name }) => name), ...tenant.own])
  const stateOf = new Map(facts.states.map((state) => [state.name, state]))
  const resourcesOf = Map.groupBy(facts.resources, ({ state }) => state)
  return {
    format: 1,
    tenant: tenant.id,
    domain: tenant.domain,
    url: tenant.url,
    incomplete: facts.scanned
      ? null
      : 'Not all clients of the tenant have been listed yet: the first scan is not over.',
    ...(withheld === null ? {} : { metadataKeys: tenant.keys }),
    states: [...names].toSorted().map((name) => {
      const { snapshot: version, others } = stateOf.get(name) ?? unwritten
      const own = tenant.own.includes(name)
      const incomplete = own ? (unasked.get(name) ?? holdingOurselves(facts, tenant, name)) : undefined
      const shown = {
        name,
        own,
        version,
        others: own ? [...others] : [],
        resources: (resourcesOf.get(name) ?? []).map(({ address, type, clientId, tainted, deposed, declared }) => {
          const known = { address, type, clientId, tainted, deposed }
          return withheld === null ? known : Object.assign(known, { declared })
        }),
      }
      return incomplete === undefined ? shown : Object.assign(shown, { incomplete })
    }),
    clients: [
      ...facts.clients.map(({ id, observed, base, pending, vanished, request }) => {
        const { productName, owners } = accessOf({ observed, base, pending }, tenant.keys).desired
        const name = textOf(observed['name']) ?? ''
        const owned = pathsOf(fold(base, pending))
        const more = withheld === null ? {} : told(observed, withheld)
        return { id, name, vanished, owned, productName, owners: [...owners], request, ...more }
      }),
      ...[...never].map((id) => ({
        id,
        name: '',
        vanished: true,
        owned: [],
        productName: null,
        owners: [],
        request: null,
      })),
    ].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

/** What is wrong where a state manages Nexus' own client. */
const holdingOurselves = (facts: SnapshotFacts, { ownClientId }: SnapshotTenant, name: string): string | undefined => {
  const found = facts.resources.find(({ clientId, state }) => clientId === ownClientId && state === name)
  return (
    found &&
    `The state ${name} manages Nexus' own client at ${found.address}: take it out with ` +
      `terraform state rm ${quoted(found.address)}.`
  )
}
