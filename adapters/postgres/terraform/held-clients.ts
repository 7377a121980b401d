import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { ClientIdRow } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** Of the clients `c` those that stand in one of these states, or are asked for there, and count as existing. */
const held = (states: readonly string[]) => sql`
  c.vanished_at is null and (
    exists (select from nexus.terraform_resources r
            where r.tenant_id = c.tenant_id and r.client_id = c.client_id and r.type = 'auth0_client'
              and r.state = any(${[...states]}))
    or exists (select from nexus.terraform_requests q
               where q.tenant_id = c.tenant_id and q.client_id = c.client_id and q.state = any(${[...states]})))`

/**
 * Clients that stand in states whose configuration Nexus writes, or are asked for there, as far as Nexus takes them for
 * existing: one that is gone from Auth0 would come back as an empty client of the old name.
 */
export const createHeldClients = (db: Kysely<Database>) => ({
  /** Of several states, at most `limit`. */
  of: async (tenantId: string, states: readonly string[], limit: number): Promise<string[]> => {
    const { rows } = await sql`
      select c.client_id from nexus.clients c where c.tenant_id = ${tenantId} and ${held(states)}
      order by c.client_id limit ${limit}
    `.execute(db)
    return parsed(ClientIdRow, rows).map((row) => row.client_id)
  },

  /**
   * Those of one state that no declaration gives, as far as its text says: they have no configuration that could make them
   * again. At most `limit`.
   */
  undeclared: async (tenantId: string, state: string, limit: number): Promise<string[]> => {
    const { rows } = await sql`
      select c.client_id from nexus.clients c
      where c.tenant_id = ${tenantId} and ${held([state])} and not exists (
        select from nexus.terraform_resources r
        where r.tenant_id = c.tenant_id and r.client_id = c.client_id and r.state = ${state} and r.declared)
      order by c.client_id limit ${limit}
    `.execute(db)
    return parsed(ClientIdRow, rows).map((row) => row.client_id)
  },

  /** Those among them that did not stand on any page of the last complete scan, at most `limit`. */
  unseen: async (tenantId: string, states: readonly string[], limit: number): Promise<string[]> => {
    const { rows } = await sql`
      select c.client_id from nexus.clients c join nexus.tenants t using (tenant_id)
      where c.tenant_id = ${tenantId} and c.observed_at < t.last_scan_at and c.written_at < t.last_scan_at
        and ${held(states)}
      order by c.client_id limit ${limit}
    `.execute(db)
    return parsed(ClientIdRow, rows).map((row) => row.client_id)
  },
})

export type HeldClients = ReturnType<typeof createHeldClients>
