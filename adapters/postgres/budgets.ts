import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { averagedOver, pacing } from '../../domain/budget.ts'
import type { Bucket } from '../../domain/budget.ts'
import type { Database } from './schema.ts'

/** A place in the order of calls. `waitMs` is from now; `epoch` names the block since which it holds. */
export interface Reservation {
  readonly waitMs: number
  readonly epoch: number
  /** Nothing may be reserved before this many milliseconds have passed; then reserve anew. */
  readonly blocked: boolean
}

/**
 * The budget of calls per tenant and bucket, shared by every process that calls Auth0.
 *
 * Slots are the arrival times of a generic cell rate: each reservation moves `next_at` by one interval, and a call may go
 * ahead of it by the burst. What others draw from the same bucket is estimated from the answers, and the interval
 * stretched by it. Everything is one statement on one row, on the database's clock: callers are put in order by its lock.
 */
export const createBudgets = (db: Kysely<Database>) => ({
  /** Reserves one slot. */
  reserve: async (tenantId: string, bucket: Bucket): Promise<Reservation> => {
    const { rows } = await sql<{ wait_ms: number; epoch: number; blocked: boolean }>`
      insert into nexus.budgets as b (tenant_id, bucket, next_at, interval_ms, burst)
      values (${tenantId}, ${bucket.name}, clock_timestamp() + ${inMs(bucket.intervalMs)}, ${bucket.intervalMs},
              ${bucket.burst})
      on conflict (tenant_id, bucket) do update set
        interval_ms = excluded.interval_ms,
        burst = excluded.burst,
        next_at = case when b.blocked_until > clock_timestamp() then b.next_at
                  else greatest(b.next_at, clock_timestamp()) + ${stretched(bucket)} * interval '1 millisecond' end
      returning
        coalesce(b.blocked_until > clock_timestamp(), false) as blocked,
        epoch,
        greatest(0, extract(epoch from
          case when b.blocked_until > clock_timestamp() then b.blocked_until
          else b.next_at - ${ahead(bucket)} * interval '1 millisecond' end - clock_timestamp()))::float8 * 1000 as wait_ms
    `.execute(db)
    const [row] = rows
    if (row === undefined) throw new Error('A reservation answered no row.')
    return { waitMs: row.wait_ms, epoch: row.epoch, blocked: row.blocked }
  },

  /** The block that holds now: whether a reservation of an older epoch is still good. */
  epoch: async (tenantId: string, bucket: Bucket): Promise<number> => {
    const { rows } = await sql<{ epoch: number }>`
      select epoch from nexus.budgets where tenant_id = ${tenantId} and bucket = ${bucket.name}
    `.execute(db)
    return rows[0]?.epoch ?? 0
  },

  /**
   * Learns from what an answer says is left. It only ever tightens: where less is left than our own calls explain,
   * somebody else calls too. Expected and reported are compared answer by answer; the differences are signed and add up
   * to what was really drawn, so that answers which overtake each other cancel out.
   */
  learn: async (tenantId: string, bucket: Bucket, remaining: number): Promise<void> => {
    const perSecond = float(perSecondOf(bucket))
    const seconds = sql`extract(epoch from clock_timestamp() - seen_at)::float8`
    const over = float(averagedOver(bucket))
    const drawn = sql`least(${float(bucket.burst)}, remaining + ${perSecond} * ${seconds}) - 1 - ${float(remaining)}`
    await sql`
      update nexus.budgets set
        foreign_per_second = case when seen_at is null then 0 else greatest(-${perSecond}, least(
          ${perSecond}, foreign_per_second * exp(-least(${seconds} / ${over}, 50)) + (${drawn}) / ${over})) end,
        remaining = ${float(remaining)},
        seen_at = clock_timestamp(),
        next_at = greatest(next_at, clock_timestamp() + ${inMs((bucket.burst - remaining - pacing.slack) * bucket.intervalMs)})
      where tenant_id = ${tenantId} and bucket = ${bucket.name}
    `.execute(db)
  },

  /**
   * A 429 came: nothing is sent for `ms`, and who waited reserves anew. The bucket is empty now, and fills while nobody
   * of ours sends.
   */
  block: async (tenantId: string, bucket: Bucket, ms: number): Promise<void> => {
    await sql`
      update nexus.budgets set
        epoch = epoch + 1,
        blocked_until = clock_timestamp() + ${inMs(ms)},
        next_at = clock_timestamp() + ${inMs(bucket.burst * bucket.intervalMs)},
        remaining = 0,
        seen_at = clock_timestamp()
      where tenant_id = ${tenantId} and bucket = ${bucket.name}
        and (blocked_until is null or blocked_until < clock_timestamp() + ${inMs(ms)})
    `.execute(db)
  },
})

export type Budgets = ReturnType<typeof createBudgets>

/** Parameters beside each other have no type of their own. */
const float = (value: number) => sql`${value}::float8`

const inMs = (ms: number) => sql`${float(ms)} * interval '1 millisecond'`

/** Foreign use now: it fades while no answer says anything of it. */
const foreign = (bucket: Bucket) => sql`
  (b.foreign_per_second * exp(-least(coalesce(extract(epoch from clock_timestamp() - b.seen_at), 0)::float8 / ${float(averagedOver(bucket))}, 50)))`

const perSecondOf = ({ intervalMs }: Bucket): number => 1000 / intervalMs

/** Milliseconds between two of our calls: what others draw is left to them. */
const stretched = (bucket: Bucket) => sql`
  (1000 / (${float(perSecondOf(bucket))} - case when ${foreign(bucket)} > ${float(perSecondOf(bucket) * pacing.noticed)}
    then least(${foreign(bucket)}, ${float(perSecondOf(bucket) * pacing.yielded)}) else 0 end))`

/** Milliseconds that a call may go ahead of its place: the burst, without what is not counted on. */
const ahead = (bucket: Bucket) => {
  const reserve = Math.min(pacing.reserve, bucket.burst * pacing.reserveShare)
  const burst = Math.max(1, bucket.burst - pacing.slack)
  return sql`
    (${float(bucket.intervalMs)} * case when ${foreign(bucket)} > ${float(perSecondOf(bucket) * pacing.noticed)}
      then ${float(Math.max(1, burst - reserve))} else ${float(burst)} end)`
}
