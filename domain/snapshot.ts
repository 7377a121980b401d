import { z } from 'zod'
import { ClientId, fieldPaths, StateName, TenantId } from './vocabulary.ts'

/**
 * What Terraform stacks are synthesised from: the answer of `GET /v1/tenants/{tenantId}/terraform/snapshot`, or a file of
 * it. It holds no times, so that the same knowledge is the same text.
 */

/** A managed resource of a state that belongs to a client. */
export const SnapshotResource = z.strictObject({
  /** As Terraform writes it: `module.apps[0].auth0_client.this["eu"]`. */
  address: z.string(),
  type: z.enum(['auth0_client', 'auth0_client_credentials']),
  clientId: ClientId,
  tainted: z.boolean(),
  /** The key of an object that Terraform replaced and has still to destroy; null for the current one. */
  deposed: z.string().nullable(),
})
export type SnapshotResource = z.infer<typeof SnapshotResource>

export const SnapshotState = z.strictObject({
  name: StateName,
  /** Whether Nexus writes this state's configuration: the tenant's configuration names it. */
  own: z.boolean(),
  /** Counts what would make an older configuration of this state wrong. It stands in the backend's address. */
  version: z.int().nonnegative(),
  resources: z.array(SnapshotResource),
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
  /** By name: the states of the configuration, written or not, and every other that Nexus holds. */
  states: z.array(SnapshotState),
  /** By id: every client that Nexus knows of, vanished ones only where a state or a request names them. */
  clients: z.array(SnapshotClient),
})
export type Snapshot = z.infer<typeof Snapshot>
