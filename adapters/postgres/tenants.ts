import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

/** What Nexus keeps of a tenant beside its configuration. */
export const createTenants = (db: Kysely<Database>) => ({
  /** Makes a row for each configured tenant that has none. */
  ensure: async (tenantIds: readonly string[]): Promise<void> => {
    await sql`
      insert into nexus.tenants (tenant_id) select unnest(${[...tenantIds]}::text[]) on conflict do nothing
    `.execute(db)
  },

  /**
   * Nothing but probes is sent to the tenant from now on: its credential is ill. A row, not a queue's pause: a queue
   * can be lost.
   */
  hold: async (tenantId: string, reason: string, probeInMs: number): Promise<void> => {
    await sql`
      insert into nexus.tenants (tenant_id, held_reason, next_probe_at)
      values (${tenantId}, ${reason}, clock_timestamp() + ${probeInMs} * interval '1 millisecond')
      on conflict (tenant_id) do update set held_reason = excluded.held_reason, next_probe_at = excluded.next_probe_at
    `.execute(db)
  },

  /** Held tenants whose probe is due; each is given to one caller only. */
  claimProbes: async (tenantIds: readonly string[], againInMs: number): Promise<string[]> => {
    const { rows } = await sql<{ tenant_id: string }>`
      update nexus.tenants set next_probe_at = clock_timestamp() + ${againInMs} * interval '1 millisecond'
      where held_reason is not null and next_probe_at <= clock_timestamp() and tenant_id = any(${[...tenantIds]})
      returning tenant_id
    `.execute(db)
    return rows.map((row) => row.tenant_id)
  },

  /** The credential is well again. */
  lift: async (tenantId: string): Promise<void> => {
    await sql`
      update nexus.tenants set held_reason = null, next_probe_at = null where tenant_id = ${tenantId}
    `.execute(db)
  },
})

export type Tenants = ReturnType<typeof createTenants>
