import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { integer } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { isServed } from './tenants.ts'

/** How a tenant stands, in numbers: for metrics, so without anything of one client. */
export interface TenantGauges {
  readonly tenantId: string
  /** Clients whose newest change is not settled, and the seconds that the oldest waiting change has waited. */
  readonly backlog: number
  readonly lagSeconds: number
  readonly held: boolean
  readonly paused: boolean
  /** Whether a worker serves it. */
  readonly served: boolean
  readonly drifted: number
  readonly stalled: number
  /** Clients and parts of clients that the last scan left out. */
  readonly leftOut: number
  /** Terraform locks, and those among them that are older than an apply should take. */
  readonly locks: number
  readonly abandonedLocks: number
}

const GaugesRow: z.ZodType<TenantGauges> = z.object({
  tenantId: z.string(),
  backlog: integer,
  lagSeconds: z.number(),
  held: z.boolean(),
  paused: z.boolean(),
  served: z.boolean(),
  drifted: integer,
  stalled: integer,
  leftOut: integer,
  locks: integer,
  abandonedLocks: integer,
})

/** @param applyWaitMs after which a lock counts as abandoned */
export const tenantGauges = async (
  db: Kysely<Database>,
  tenantIds: readonly string[],
  applyWaitMs: number,
): Promise<TenantGauges[]> => {
  const { rows } = await sql`
    select t.tenant_id as "tenantId", t.held_at is not null as held, t.paused_at is not null as paused,
           ${isServed} as served,
           c.backlog, c.stalled, (t.left_out->>'count')::int as "leftOut",
           (select count(*) from nexus.client_listings d where d.tenant_id = t.tenant_id and d.drifted) as drifted,
           l.locks, l.abandoned as "abandonedLocks",
           coalesce((select greatest(0, extract(epoch from clock_timestamp() - min(h.accepted_at))) from nexus.changes h
                     where h.tenant_id = t.tenant_id and h.status = 'accepted'), 0)::float8 as "lagSeconds"
    from nexus.tenants t
    cross join lateral (
      select count(*) filter (where generation > settled_generation) as backlog,
             count(*) filter (where stalled_at is not null) as stalled
      from nexus.clients c where c.tenant_id = t.tenant_id and c.vanished_at is null
    ) c
    cross join lateral (
      select count(*) filter (where lock is not null) as locks,
             count(*) filter (where locked_at < clock_timestamp() - ${applyWaitMs} * interval '1 millisecond') as abandoned
      from nexus.terraform_states s where s.tenant_id = t.tenant_id
    ) l
    where t.tenant_id = any(${[...tenantIds]})
  `.execute(db)
  return parsed(GaugesRow, rows)
}
