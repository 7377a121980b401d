import { z } from 'zod'
import { drifts } from './drift.ts'
import { planOf } from './plan.ts'
import { textOf } from './shape.ts'
import type { ClientState, MetadataKeys } from './vocabulary.ts'
import { fieldPaths } from './vocabulary.ts'

/**
 * Two ways of looking at a tenant's clients: what would be sent, and what was changed past Nexus. Both are answered in the
 * same shape, by the API and by the command line.
 */

const FieldValue = z.union([z.array(z.string()).readonly(), z.string(), z.null()])

/** One field, from what to what; where `why` is more to say of it. */
export const FieldDifference = z.object({
  field: z.enum(fieldPaths),
  from: FieldValue,
  to: FieldValue,
  why: z.string().optional(),
})
export type FieldDifference = z.infer<typeof FieldDifference>

/** The differences of one client. */
const ClientDifference = z.object({
  id: z.string(),
  name: z.string(),
  notes: z.array(z.string()),
  fields: z.array(FieldDifference),
})
export type ClientDifference = z.infer<typeof ClientDifference>

/** The differences of a tenant's clients, by name; and how many clients have none. */
export const TenantDifferences = z.object({
  tenant: z.string(),
  clients: z.array(ClientDifference),
  unchanged: z.int(),
})
export type TenantDifferences = z.infer<typeof TenantDifferences>

export type Look = 'plan' | 'drift'

/** What is looked at of a client. */
interface LookedAt extends ClientState {
  /** Why nothing is being sent now; null where nothing stands in the way. */
  readonly standstill: string | null
  readonly failures: number
  readonly lastFailure: string | null
  readonly driftedAt: Date | null
  readonly driftedByState: string | null
}

/** What of the tenant's configuration decides it. */
interface LookedAtTenant {
  readonly id: string
  readonly driftPolicy: 'report' | 'revert'
  readonly metadataKeys: MetadataKeys
}

type Differences = Pick<ClientDifference, 'notes' | 'fields'>

const differencesOf: Readonly<Record<Look, (client: LookedAt, tenant: LookedAtTenant) => Differences>> = {
  plan: (client, tenant) => {
    const work = planOf(client, tenant.driftPolicy, tenant.metadataKeys)
    const waiting = client.pending.length
    return {
      fields: work.kind === 'nothing' ? [] : work.differences.map(({ path, from, to }) => ({ field: path, from, to })),
      notes: [
        ...(waiting === 0 ? [] : [`${waiting === 1 ? '1 change waits' : `${waiting} changes wait`}, in one call`]),
        ...(client.standstill === null ? [] : [`nothing is sent: ${client.standstill.replace('-', ' is ')}`]),
        ...(client.lastFailure === null ? [] : [`tried ${client.failures} times: ${client.lastFailure}`]),
      ],
    }
  },
  drift: (client, tenant) => ({
    fields:
      client.pending.length > 0
        ? []
        : drifts(client.base, client.observed, tenant.metadataKeys, client.driftedByState).map((drift) => ({
            field: drift.path,
            from: drift.confirmed,
            to: drift.observed,
            why: drift.class,
          })),
    notes: [
      client.driftedAt === null ? 'not confirmed yet' : `since ${client.driftedAt.toISOString()}`,
      `observed ${client.observedAt.toISOString()}`,
    ],
  }),
}

/**
 * @param clients those in which Nexus has a say: no other can differ
 * @param total how many clients the tenant has
 */
export const lookAt = (
  look: Look,
  clients: readonly LookedAt[],
  total: number,
  tenant: LookedAtTenant,
): TenantDifferences => {
  const found = clients.flatMap((client): ClientDifference[] => {
    const { fields, notes } = differencesOf[look](client, tenant)
    const name = textOf(client.observed['name']) ?? 'without a name'
    return fields.length === 0 ? [] : [{ id: client.key.clientId, name, notes, fields }]
  })
  return { tenant: tenant.id, clients: found, unchanged: total - found.length }
}
