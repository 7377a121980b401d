import { z } from 'zod'
import { driftIn } from '../clients/drift.ts'
import { nextWork } from './plan.ts'
import type { Round } from './plan.ts'
import { textOf } from '../shape.ts'
import type { ClientState } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { fieldPaths } from '../vocabulary.ts'

/**
 * Two ways of looking at a tenant's clients: what would be sent, and what was changed outside Nexus. Both are answered in the
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
  /** The body that will be sent, in a plan. */
  members: z.record(z.string(), z.unknown()).optional(),
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

export type TenantReportKind = 'plan' | 'drift'

/** What is looked at of a client. */
interface ReportedClient extends ClientState, Pick<Round, 'oneByOneUntil'> {
  /** Why nothing is being sent now; null where nothing stands in the way. */
  readonly blockedBy: string | null
  readonly failures: number
  readonly lastFailure: string | null
  readonly driftedAt: Date | null
  readonly driftedByState: string | null
}

/** What of the tenant's configuration decides it. */
interface ReportedTenant {
  readonly id: string
  readonly driftPolicy: 'report' | 'revert'
  readonly metadataKeys: MetadataKeys
}

type Differences = Pick<ClientDifference, 'notes' | 'fields' | 'members'>

const waitingNote = (waiting: number, sent: number): string[] => {
  if (waiting === 0) return []
  const how = sent < waiting ? 'the oldest first, because some were refused together' : 'in one call'
  return [`${waiting === 1 ? '1 change waits' : `${waiting} changes wait`}, ${how}`]
}

const differencesOf: Readonly<
  Record<TenantReportKind, (client: ReportedClient, tenant: ReportedTenant) => Differences>
> = {
  plan: (client, tenant) => {
    const work = nextWork(client, tenant.driftPolicy, tenant.metadataKeys)
    return {
      fields: work.kind === 'settled' ? [] : work.differences.map(({ path, from, to }) => ({ field: path, from, to })),
      ...(work.kind === 'settled' ? {} : { members: work.members }),
      notes: [
        ...waitingNote(client.pending.length, work.changes.length),
        ...(client.blockedBy === null ? [] : [`nothing is sent: ${client.blockedBy.replace('-', ' is ')}`]),
        ...(client.lastFailure === null ? [] : [`tried ${client.failures} times: ${client.lastFailure}`]),
      ],
    }
  },
  drift: (client, tenant) => ({
    fields: driftIn(client, tenant.metadataKeys, client.driftedByState).map((drift) => ({
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
export const tenantReport = (
  look: TenantReportKind,
  clients: readonly ReportedClient[],
  total: number,
  tenant: ReportedTenant,
): TenantDifferences => {
  const found = clients.flatMap((client): ClientDifference[] => {
    const { fields, notes, members } = differencesOf[look](client, tenant)
    const name = textOf(client.observed['name']) ?? 'without a name'
    return fields.length === 0 ? [] : [{ id: client.key.clientId, name, notes, ...(members && { members }), fields }]
  })
  return { tenant: tenant.id, clients: found, unchanged: total - found.length }
}
