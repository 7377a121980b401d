import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { aheadOf, furthestPlaceMs, lateMs, pacing, standBackMs, turns } from '../../../domain/limits/budget.ts'
import type { Bucket, Rank } from '../../../domain/limits/budget.ts'
import type { Heard } from '../../../domain/limits/heard.ts'
import { longestWaitMs } from '../../../domain/changes/verdict.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { countThrottled } from './throttled.ts'
import { faded, float, inMs, learned, perSecondOf } from './learned.ts'

/** What asking for places came to: how many calls may be made now, and after how long it is worth asking for more. */
export interface Granted {
  readonly granted: number
  readonly waitMs: number
}

/**
 * The budget of calls per tenant and bucket, shared by every process that calls Auth0.
 *
 * Places are the arrival times of a generic cell rate: each one that is taken moves `next_at` by one interval, and a call
 * may go ahead of it by the burst. A place is taken when it is due and not before, so who gives up waiting leaves nothing
 * behind. What others draw from the same bucket is estimated from the answers, and the interval stretched by it.
 * Everything is one statement on one row, on the database's clock: callers are put in order by its lock. That clock may
 * have been set: a time that the limits of the bucket cannot explain counts as the nearest that they can.
 */
export const createBudgets = (db: Kysely<Database>) => ({
  /**
   * Takes as many places as are due, `want` at the most. One statement, and one more where the bucket has no row yet.
   *
   * @param rank whether others go first
   * @param heard what answers have said since the last time, which is learned from first
   */
  take: async (
    tenantId: string,
    bucket: Bucket,
    rank: Rank,
    want: number,
    heard: readonly Heard[] = [],
  ): Promise<Granted> => {
    const first = await take(db, tenantId, bucket, rank, want, heard)
    if (first !== undefined) return first
    await sql`
      insert into nexus.budgets (tenant_id, bucket, next_at, interval_ms, burst)
      values (${tenantId}, ${bucket.name}, clock_timestamp() - ${inMs(bucket.intervalMs)}, ${bucket.intervalMs},
              ${bucket.burst})
      on conflict do nothing
    `.execute(db)
    return (await take(db, tenantId, bucket, rank, want, heard)) ?? { granted: 0, waitMs: bucket.intervalMs }
  },

  /** Gives places back that were taken and are not needed: who waited for them has gone. */
  giveBack: async (tenantId: string, bucket: Bucket, places: number): Promise<void> => {
    await sql`
      update nexus.budgets set next_at = next_at - ${inMs(places * bucket.intervalMs)}
      where tenant_id = ${tenantId} and bucket = ${bucket.name}
    `.execute(db)
  },

  /** Learns from what answers say is left, where no place is asked for that could take it along. */
  learn: async (tenantId: string, bucket: Bucket, heard: readonly Heard[]): Promise<void> => {
    await take(db, tenantId, bucket, 'change', 0, heard)
  },

  /**
   * A 429 came: nobody sends for `ms`. The bucket is empty now, and fills while nobody of ours sends. A shorter block
   * does not lift a longer one.
   */
  block: async (tenantId: string, bucket: Bucket, ms: number): Promise<void> => {
    const until = sql`clock_timestamp() + ${inMs(Math.min(ms, longestWaitMs))}`
    const longer = sql`(b.blocked_until is null or b.blocked_until < ${until}
      or b.blocked_until > clock_timestamp() + ${inMs(longestWaitMs)})`
    await sql`
      update nexus.budgets b set
        blocked_until = case when ${longer} then ${until} else b.blocked_until end,
        next_at = case when ${longer} then clock_timestamp() + ${inMs(furthestPlaceMs(bucket))} else b.next_at end,
        remaining = 0,
        seen_at = clock_timestamp(),
        ${countThrottled}
      where tenant_id = ${tenantId} and bucket = ${bucket.name}
    `.execute(db)
  },
})

export type Budgets = ReturnType<typeof createBudgets>

const GrantedRow = z.object({ granted: z.number(), wait_ms: z.number() })

/** @returns undefined where the bucket has no row yet */
const take = async (
  db: Kysely<Database>,
  tenantId: string,
  bucket: Bucket,
  rank: Rank,
  want: number,
  heard: readonly Heard[],
): Promise<Granted | undefined> => {
  const furthest = float(furthestPlaceMs(bucket))
  // Milliseconds from now, which is read when the row is locked: before, another's place might be in the way.
  const { rows } = await sql`
    with kept as materialized (
      select * from nexus.budgets where tenant_id = ${tenantId} and bucket = ${bucket.name} for update
    ), seen as materialized (
      select kept.*, clock_timestamp() as now from kept
    ), ${learned(bucket, heard)}, clear as materialized (
      select now, foreign_per_second, remaining, seen_at, foreign_per_second * ${faded(bucket)} as others,
             greatest(${float(-dayMs)}, least(${furthest}, ${msFrom(sql`next_at`)})) as next_ms,
             -- Written down as what it counts for: otherwise it would move on with the clock.
             ${msFrom(sql`next_at`)} > ${furthest} as beyond,
             case when ${msFrom(sql`blocked_until`)} <= ${float(longestWaitMs)} then ${msFrom(sql`blocked_until`)} end
               as blocked_ms
      from learned
    ), paced as materialized (
      select now, foreign_per_second, remaining, seen_at, next_ms, beyond, blocked_ms, ${stretchedMs(bucket)} as every_ms, ${aheadMs(bucket)} as ahead_ms,
             (${[...standBackMs(rank, bucket)]}::float8[])[1 + mod(
               floor((extract(epoch from now)::float8 * 1000 + next_ms) / ${float(bucket.intervalMs)})::bigint, ${turns})]
               as back_ms
      from clear
    ), due as materialized (
      select *, greatest(next_ms + every_ms - ahead_ms + back_ms, blocked_ms) as due_ms,
             -- Where nobody has called for long, what was not used is gone, but for a moment's lateness.
             greatest(next_ms, -greatest(0, every_ms - ahead_ms) - ${float(lateMs(bucket))}) as from_ms
      from paced
    ), given as materialized (
      select *, case when due_ms > 0 then 0 else
        least(${want}::float8, greatest(1, floor((ahead_ms - back_ms - from_ms) / every_ms))) end as places
      from due
    ), written as (
      update nexus.budgets b set
        interval_ms = ${bucket.intervalMs}, burst = ${bucket.burst},
        foreign_per_second = given.foreign_per_second, remaining = given.remaining, seen_at = given.seen_at,
        next_at = given.now + case when given.places > 0 then given.from_ms + given.places * given.every_ms
          else given.next_ms end * interval '1 millisecond'
      from given
      where b.tenant_id = ${tenantId} and b.bucket = ${bucket.name} and (given.places > 0 or given.beyond or ${heard.length > 0})
    )
    select places as granted, case when places = 0 then due_ms
      else greatest(0, from_ms + (places + 1) * every_ms - ahead_ms) end as wait_ms
    from given
  `.execute(db)
  const [row] = parsed(GrantedRow, rows)
  return row && { granted: row.granted, waitMs: row.wait_ms }
}

const dayMs = 86_400_000

/** How far a time lies ahead of `now`; null where there is none. */
const msFrom = (time: RawBuilder<unknown>) => sql`(extract(epoch from ${time} - now)::float8 * 1000)`

const isNoticed = (bucket: Bucket) => sql`others > ${float(perSecondOf(bucket) * pacing.noticed)}`

/** Milliseconds between two of our calls: what others draw is left to them. */
const stretchedMs = (bucket: Bucket) => sql`
  (1000 / (${float(perSecondOf(bucket))} - case when ${isNoticed(bucket)}
    then least(others, ${float(perSecondOf(bucket) * pacing.yielded)}) else 0 end))`

/** Milliseconds that a call may go ahead of its place: the burst, without what is not counted on. */
const aheadMs = (bucket: Bucket) => {
  const reserve = Math.min(pacing.reserve, bucket.burst * pacing.reserveShare)
  const burst = aheadOf(bucket)
  return sql`
    (${float(bucket.intervalMs)} * case when ${isNoticed(bucket)}
      then ${float(Math.max(1, burst - reserve))} else ${float(burst)} end)`
}
