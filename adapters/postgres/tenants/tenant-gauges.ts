import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { isApplying, isStopped } from '../clients/client-record.ts'
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
  /** The same of those that nothing is known to hold back: no pause, no credential, no apply, no missing worker, no tries that fail. */
  readonly unheldLagSeconds: number
  readonly held: boolean
  readonly paused: boolean
  /** 0 where it is not. */
  readonly pausedSeconds: number
  /** Whether a worker serves it. */
  readonly served: boolean
  readonly drifted: number
  /** Those of them whose values came with an apply of Terraform. */
  readonly driftedByTerraform: number
  readonly stalled: number
  /** Clients and parts of clients that the last scan left out. */
  readonly leftOut: number
  /** Terraform locks, and those among them that are older than an apply should take. */
  readonly locks: number
  readonly abandonedLocks: number
  /** What is known of each bucket of Auth0's limits; none where nobody has called yet, or the plan sets no limit. */
  readonly buckets: readonly BucketGauges[]
}

export interface BucketGauges {
  readonly bucket: string
  /** Calls that Auth0 allows, and those of others as they are estimated. */
  readonly limitPerSecond: number
  readonly othersPerSecond: number
  /** Calls that Auth0 last said are left; null where it has said nothing. */
  readonly remaining: number | null
  /** Whether a 429 keeps everybody from calling. */
  readonly blocked: boolean
}

const GaugesRow: z.ZodType<TenantGauges> = z.object({
  tenantId: z.string(),
  backlog: integer,
  lagSeconds: z.number(),
  unheldLagSeconds: z.number(),
  held: z.boolean(),
  paused: z.boolean(),
  pausedSeconds: z.number(),
  served: z.boolean(),
  drifted: integer,
  driftedByTerraform: integer,
  stalled: integer,
  leftOut: integer,
  locks: integer,
  abandonedLocks: integer,
  buckets: z.array(
    z.object({
      bucket: z.string(),
      limitPerSecond: z.number(),
      othersPerSecond: z.number(),
      remaining: z.number().nullable(),
      blocked: z.boolean(),
    }),
  ),
})

/** Seconds since a time; 0 where there is none, or it lies ahead. */
const secondsSince = (time: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`coalesce(greatest(0, extract(epoch from clock_timestamp() - ${time})), 0)::float8`

/** @param applyWaitMs after which a lock counts as abandoned */
export const tenantGauges = async (
  db: Kysely<Database>,
  tenantIds: readonly string[],
  applyWaitMs: number,
): Promise<TenantGauges[]> => {
  const { rows } = await sql`
    select t.tenant_id as "tenantId", t.held_at is not null as held, t.paused_at is not null as paused,
           ${secondsSince(sql`t.paused_at`)} as "pausedSeconds",
           ${isServed} as served,
           c.backlog, c.stalled, (t.left_out->>'count')::int as "leftOut",
           d.drifted, d.terraform as "driftedByTerraform", l.locks, l.abandoned as "abandonedLocks",
           (select coalesce(jsonb_agg(jsonb_build_object(
              'bucket', b.bucket, 'limitPerSecond', 1000 / b.interval_ms,
              'othersPerSecond', greatest(0, b.foreign_per_second), 'remaining', b.remaining,
              'blocked', coalesce(b.blocked_until > clock_timestamp(), false))), '[]'::jsonb)
            from nexus.budgets b where b.tenant_id = t.tenant_id) as buckets,
           ${secondsSince(sql`w.oldest`)} as "lagSeconds", ${secondsSince(sql`w.unheld`)} as "unheldLagSeconds"
    from nexus.tenants t
    cross join lateral (
      select count(*) filter (where generation > settled_generation) as backlog,
             count(*) filter (where stalled_at is not null) as stalled
      from nexus.clients c where c.tenant_id = t.tenant_id and c.vanished_at is null
    ) c
    cross join lateral (
      select min(h.accepted_at) as oldest,
             min(h.accepted_at) filter (
               where ${isServed} and not ${isStopped} and c.stalled_at is null and not ${isApplying(sql`c`)}) as unheld
      from nexus.changes h join nexus.clients c using (tenant_id, client_id)
      where h.tenant_id = t.tenant_id and h.status = 'accepted'
    ) w
    cross join lateral (
      select count(*) as drifted, count(c.drifted_by_state) as terraform
      from nexus.client_listings l join nexus.clients c using (tenant_id, client_id)
      where l.tenant_id = t.tenant_id and l.drifted
    ) d
    cross join lateral (
      select count(*) filter (where lock is not null) as locks,
             count(*) filter (where locked_at < clock_timestamp() - ${applyWaitMs} * interval '1 millisecond') as abandoned
      from nexus.terraform_states s where s.tenant_id = t.tenant_id
    ) l
    where t.tenant_id = any(${[...tenantIds]})
  `.execute(db)
  return parsed(GaugesRow, rows)
}
