import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Bucket } from '../../domain/budget.ts'
import type { Database } from './schema.ts'

/** A place in the order of calls. `waitMs` is from now; `epoch` names the block since which it holds. */
export interface Reservation {
  readonly waitMs: number
  readonly epoch: number
  /** Nothing may be reserved before this many milliseconds have passed; then reserve anew. */
  readonly blocked: boolean
}

/** The budget of calls per tenant and bucket, shared by every process that calls Auth0. */
export const createBudgets = (db: Kysely<Database>) => ({
  /** Reserves one slot, in one statement: concurrent callers are put in order by the row's lock. */
  reserve: async (tenantId: string, bucket: Bucket): Promise<Reservation> => {
    const { rows } = await sql<{ wait_ms: number; epoch: number; blocked: boolean }>`
      insert into nexus.budgets as b (tenant_id, bucket, next_at, interval_ms, burst)
      values (${tenantId}, ${bucket.name}, clock_timestamp() + ${bucket.intervalMs} * interval '1 millisecond',
              ${bucket.intervalMs}, ${bucket.burst})
      on conflict (tenant_id, bucket) do update set
        interval_ms = excluded.interval_ms,
        burst = excluded.burst,
        next_at = case when b.blocked_until > clock_timestamp() then b.next_at
                  else greatest(b.next_at, clock_timestamp()) + excluded.interval_ms * interval '1 millisecond' end
      returning
        coalesce(b.blocked_until > clock_timestamp(), false) as blocked,
        epoch,
        greatest(0, extract(epoch from case when b.blocked_until > clock_timestamp() then b.blocked_until - clock_timestamp()
          else b.next_at - b.burst * b.interval_ms * interval '1 millisecond' - clock_timestamp() end))::float8 * 1000
          as wait_ms
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
   * A 429 came: nothing is sent for `ms`, and who waited reserves anew. The bucket is empty then, so the burst is spent.
   */
  block: async (tenantId: string, bucket: Bucket, ms: number): Promise<void> => {
    await sql`
      update nexus.budgets set
        epoch = epoch + 1,
        blocked_until = greatest(blocked_until, clock_timestamp() + ${ms} * interval '1 millisecond'),
        next_at = greatest(blocked_until, clock_timestamp() + ${ms} * interval '1 millisecond')
                  + burst * interval_ms * interval '1 millisecond'
      where tenant_id = ${tenantId} and bucket = ${bucket.name}
        and (blocked_until is null or blocked_until < clock_timestamp() + ${ms} * interval '1 millisecond')
    `.execute(db)
  },
})

export type Budgets = ReturnType<typeof createBudgets>
