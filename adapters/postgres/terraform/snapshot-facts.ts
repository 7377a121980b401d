import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { SnapshotFacts } from '../../../domain/terraform/snapshot.ts'
import { clientResourceTypes } from '../../../domain/terraform/state.ts'
import { Values } from '../../../domain/vocabulary.ts'
import { pendingOf } from '../clients/client-record.ts'
import { holdings } from '../clients/holdings.ts'
import { auth0Client, integer, pendingChanges, terraformRequest } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

const ScannedRow = z.object({ scanned: z.boolean() })
const StateRow: z.ZodType<SnapshotFacts['states'][number]> = z.object({
  name: z.string(),
  snapshot: integer,
  others: z.array(z.string()),
})
const ResourceRow: z.ZodType<SnapshotFacts['resources'][number]> = z.object({
  state: z.string(),
  address: z.string(),
  type: z.enum(clientResourceTypes),
  clientId: z.string(),
  tainted: z.boolean(),
  deposed: z.string().nullable(),
  declared: z.boolean().nullable(),
})
const ClientRow: z.ZodType<SnapshotFacts['clients'][number]> = z.object({
  id: z.string(),
  observed: auth0Client,
  base: Values,
  pending: pendingChanges,
  vanished: z.boolean(),
  request: terraformRequest.nullable(),
})

/**
 * Everything that stacks are made of, as of one moment.
 *
 * @param whole whether all that was observed of each client is wanted, and not only its name and metadata
 */
export const snapshotFacts = (db: Kysely<Database>, tenantId: string, whole = false): Promise<SnapshotFacts> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const tenant = await sql`
        select last_scan_at is not null as scanned from nexus.tenants where tenant_id = ${tenantId}
      `.execute(trx)
      const states = await sql`
        select s.name, s.snapshot, s.others from nexus.terraform_states s
        join nexus.terraform_named n on n.tenant_id = s.tenant_id and n.state = s.name
        where s.tenant_id = ${tenantId} order by s.name
      `.execute(trx)
      const resources = await sql`
        select state, address, type, client_id as "clientId", tainted, deposed, declared from ${holdings} r
        where tenant_id = ${tenantId} and (own or exists (
          select from nexus.clients c where c.tenant_id = r.tenant_id and c.client_id = r.client_id))
        order by state, place
      `.execute(trx)
      const clients = await sql`
        select c.client_id as id, c.base, c.vanished_at is not null as vanished, ${pendingOf} as pending,
               case when ${whole} then c.observed else jsonb_build_object(
                 'name', c.observed->'name', 'client_metadata', c.observed->'client_metadata') end as observed,
               (select jsonb_build_object('kind', q.kind, 'state', q.state) from nexus.terraform_requests q
                where q.tenant_id = c.tenant_id and q.client_id = c.client_id) as request
        from nexus.clients c
        where c.tenant_id = ${tenantId} and (c.vanished_at is null
          or exists (select from ${holdings} r where r.tenant_id = c.tenant_id and r.client_id = c.client_id)
          or exists (select from nexus.terraform_requests q where q.tenant_id = c.tenant_id and q.client_id = c.client_id))
        order by c.client_id
      `.execute(trx)
      return {
        scanned: parsed(ScannedRow, tenant.rows)[0]?.scanned ?? false,
        states: parsed(StateRow, states.rows),
        resources: parsed(ResourceRow, resources.rows),
        clients: parsed(ClientRow, clients.rows),
      }
    })
