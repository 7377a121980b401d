import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { AllLeftOut } from '../../../domain/clients/left-out.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { servedEveryMs, unservedAfterMs } from '../../../domain/changes/clock.ts'
import { integer, time } from '../database/columns.ts'
import { tenantEvent } from '../events/happened.ts'
import { parsed } from '../database/rows.ts'
import { NotCompared } from './not-compared.ts'
import type { Database } from '../database/schema.ts'

/** What Nexus keeps of a tenant beside its configuration. */
export const createTenants = (db: Kysely<Database>) => ({
  /** Makes a row for each configured tenant that has none. */
  ensure: async (tenantIds: readonly string[]): Promise<void> => {
    await sql`
      insert into nexus.tenants (tenant_id) select unnest(${[...tenantIds]}::text[]) on conflict do nothing
    `.execute(db)
  },

  /** A worker serves these tenants. Several that serve one do not each write it. */
  serve: async (tenantIds: readonly string[]): Promise<void> => {
    await sql`
      update nexus.tenants set served_at = clock_timestamp()
      where tenant_id = any(${[...tenantIds]})
        and (served_at is null or served_at < clock_timestamp() - ${servedEveryMs / 2} * interval '1 millisecond')
    `.execute(db)
  },

  /**
   * Nothing but probes is sent to the tenant from now on: its credential is ill. A row, not a queue's pause: a queue
   * can be lost.
   */
  hold: async (tenantId: string, reason: string, probeInMs: number): Promise<void> => {
    await sql`
      with held as (
        insert into nexus.tenants as t (tenant_id, held_reason, held_at, next_probe_at)
        values (${tenantId}, ${reason}, clock_timestamp(),
                clock_timestamp() + ${probeInMs} * interval '1 millisecond')
        on conflict (tenant_id) do update set
          held_reason = excluded.held_reason, held_at = coalesce(t.held_at, excluded.held_at),
          next_probe_at = excluded.next_probe_at
        returning tenant_id
      ), changed as (
        select from held where not exists (
          select from nexus.tenants b where b.tenant_id = held.tenant_id and b.held_at is not null)
      ) ${tenantEvent(tenantId, 'tenant.held', sql`changed`)}
    `.execute(db)
  },

  /** Held tenants whose probe is due; each is given to one caller only. */
  claimProbes: async (tenantIds: readonly string[], againInMs: number): Promise<string[]> => {
    const { rows } = await sql`
      update nexus.tenants set next_probe_at = clock_timestamp() + ${againInMs} * interval '1 millisecond'
      where held_at is not null and next_probe_at <= clock_timestamp() and tenant_id = any(${[...tenantIds]})
      returning tenant_id
    `.execute(db)
    return parsed(TenantRow, rows).map((row) => row.tenant_id)
  },

  /** The credential is well again. */
  lift: async (tenantId: string): Promise<void> => {
    await sql`
      with lifted as (
        update nexus.tenants set held_reason = null, held_at = null, next_probe_at = null
        where tenant_id = ${tenantId} and held_at is not null returning 1
      ) ${tenantEvent(tenantId, 'tenant.lifted', sql`lifted`)}
    `.execute(db)
  },

  /**
   * Stops sending to a tenant, or starts it again. Changes are accepted all the while.
   *
   * @throws NotCompared where it would start before a restored database is compared with Auth0; nothing is done then
   */
  pause: (tenantId: string, paused: boolean, audit?: AuditDraft): Promise<void> =>
    recorded(db, audit, async (trx, decided) => {
      if (!paused) await refuseUncompared(trx, tenantId)
      await sql`
        with changed as (
          update nexus.tenants set paused_at = ${paused ? sql`clock_timestamp()` : null}
          where tenant_id = ${tenantId} and (paused_at is null) = ${paused}::boolean returning 1
        ) ${tenantEvent(tenantId, paused ? 'tenant.paused' : 'tenant.resumed', sql`changed`)}
      `.execute(trx)
      if (!paused)
        await sql`
          update nexus.clients set woken_at = null where tenant_id = ${tenantId} and generation > settled_generation
        `.execute(trx)
      await decided()
    }),

  /** What Nexus knows of a tenant's health. */
  health: async (tenantId: string): Promise<TenantHealth | undefined> => {
    const { rows } = await sql`
      select t.paused_at as "pausedAt", t.held_at as "heldAt", t.held_reason as "heldReason",
             t.last_scan_at as "lastScanAt", t.last_scan_clients as "lastScanClients",
             t.left_out as "leftOut", ${isServed} as served, t.scan_problem as "scanProblem", t.next_scan_at as "nextScanAt",
             (select count(*) from nexus.clients c where c.tenant_id = t.tenant_id and c.vanished_at is null) as clients,
             (select count(*) from nexus.clients c
              where c.tenant_id = t.tenant_id and c.generation > c.settled_generation) as backlog,
             (select count(*) from nexus.client_listings l where l.tenant_id = t.tenant_id and l.drifted) as drifted
      from nexus.tenants t where t.tenant_id = ${tenantId}
    `.execute(db)
    return parsed(HealthRow, rows)[0]
  },
})

const refuseUncompared = async (trx: Transaction<Database>, tenantId: string): Promise<void> => {
  const { rows } = await sql`
    select tenant_id from nexus.tenants where tenant_id = ${tenantId} and restored_at is not null for update
  `.execute(trx)
  if (rows.length > 0) throw new NotCompared(tenantId)
}

/** Whether a worker serves the tenant `t`: it has said so lately. */
export const isServed = sql`
  coalesce(t.served_at > clock_timestamp() - ${unservedAfterMs} * interval '1 millisecond', false)`

export interface TenantHealth {
  readonly pausedAt: Date | null
  readonly heldAt: Date | null
  readonly heldReason: string | null
  /** When the last complete scan began, and how many clients it found. */
  readonly lastScanAt: Date | null
  readonly lastScanClients: number | null
  /** What it left out. */
  readonly leftOut: AllLeftOut
  readonly scanProblem: string | null
  readonly nextScanAt: Date
  /** Whether a worker serves it. */
  readonly served: boolean
  readonly clients: number
  /** Clients whose newest change is not settled. */
  readonly backlog: number
  readonly drifted: number
}

const TenantRow = z.object({ tenant_id: z.string() })

const HealthRow: z.ZodType<TenantHealth> = z.object({
  pausedAt: time.nullable(),
  heldAt: time.nullable(),
  heldReason: z.string().nullable(),
  lastScanAt: time.nullable(),
  lastScanClients: integer.nullable(),
  leftOut: AllLeftOut,
  scanProblem: z.string().nullable(),
  nextScanAt: time,
  served: z.boolean(),
  clients: integer,
  backlog: integer,
  drifted: integer,
})

export type Tenants = ReturnType<typeof createTenants>
