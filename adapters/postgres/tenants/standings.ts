import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Actor } from '../../../domain/access/audit.ts'
import { integer, time, timeInJson } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { throttledBefore, throttledNow } from './throttled.ts'
import { isServed } from './tenants.ts'
import { createWaits } from './waits.ts'

/** What was last known of a bucket of Auth0's limits. */
export interface BucketStanding {
  readonly bucket: string
  /** How far ahead the next free place lies, in milliseconds; below 0 where places were left unused. */
  readonly nextInMs: number
  /** What Auth0 last said is left, and when; null where it has said nothing. */
  readonly remaining: number | null
  readonly observedAt: Date | null
  /** Calls of others, as they are estimated. */
  readonly othersPerSecond: number
  /** Until when the last 429 kept everybody from calling; null where there was none. */
  readonly throttledUntil: Date | null
  /** How many 429s came in this hour (UTC), and in the one before. */
  readonly throttledThisHour: number
  readonly throttledLastHour: number
}

/** What an operator looks at, beside a tenant's health. */
export interface Standing {
  /** Whether a worker serves it. */
  readonly served: boolean
  readonly scanning: boolean
  /** Who paused it; null where it is not paused, or the audit no longer tells. */
  readonly pausedBy: Actor | null
  /** When the oldest change was accepted that still waits. */
  readonly oldestWaitingAt: Date | null
  readonly stalled: number
  readonly buckets: readonly BucketStanding[]
}

const actor: z.ZodType<Actor> = z.object({
  kind: z.enum(['user', 'service-account', 'policy', 'operator']),
  id: z.string(),
  application: z.string().nullable(),
})

const StandingRow = z.object({
  tenantId: z.string(),
  served: z.boolean(),
  scanning: z.boolean(),
  pausedBy: actor.nullable(),
  oldestWaitingAt: time.nullable(),
  stalled: integer,
  buckets: z.array(
    z.object({
      bucket: z.string(),
      nextInMs: z.number(),
      remaining: z.number().nullable(),
      observedAt: timeInJson.nullable(),
      othersPerSecond: z.number(),
      throttledUntil: timeInJson.nullable(),
      throttledThisHour: z.number(),
      throttledLastHour: z.number(),
    }),
  ),
})

/**
 * How tenants stand, what keeps their changes waiting, and what is under way.
 *
 * @param callMs how long a call may take
 */
export const createStandings = (db: Kysely<Database>, callMs: number) => ({
  ...createWaits(db, callMs),

  /** How tenants stand, by id, by one query. Of what waits and of what has stalled only that is read. */
  of: async (tenantIds: readonly string[]): Promise<ReadonlyMap<string, Standing>> => {
    const { rows } = await sql`
      select t.tenant_id as "tenantId", ${isServed} as served,
             coalesce(t.scan_until > clock_timestamp(), false) as scanning,
             -- Recorded in the transaction that paused it, so at the same moment.
             (select jsonb_build_object('kind', a.actor_kind, 'id', a.actor_id, 'application', a.application)
              from nexus.audit a
              where a.tenant_id = t.tenant_id and a.action = 'pause' and a.outcome = 'accepted' and a.target is null
                and a.at between t.paused_at - interval '10 seconds' and t.paused_at + interval '1 minute'
                and a.actor_kind is not null
              order by a.at, a.id limit 1) as "pausedBy",
             (select min(h.accepted_at) from nexus.changes h
              where h.tenant_id = t.tenant_id and h.status = 'accepted') as "oldestWaitingAt",
             (select count(*) from nexus.clients c
              where c.tenant_id = t.tenant_id and c.stalled_at is not null) as stalled,
             (select coalesce(jsonb_agg(jsonb_build_object(
                'bucket', b.bucket,
                'nextInMs', extract(epoch from b.next_at - clock_timestamp())::float8 * 1000,
                'remaining', b.remaining, 'observedAt', b.seen_at, 'othersPerSecond', greatest(0, b.foreign_per_second),
                'throttledUntil', b.blocked_until, 'throttledThisHour', ${throttledNow},
                'throttledLastHour', ${throttledBefore}) order by b.bucket), '[]'::jsonb)
              from nexus.budgets b where b.tenant_id = t.tenant_id) as buckets
      from nexus.tenants t where t.tenant_id = any(${[...tenantIds]})
    `.execute(db)
    return new Map(parsed(StandingRow, rows).map(({ tenantId, ...standing }) => [tenantId, standing]))
  },
})

export type Standings = ReturnType<typeof createStandings>
