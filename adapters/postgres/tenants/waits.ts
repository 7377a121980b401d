import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import type { WaitingFacts } from '../../../domain/changes/waiting.ts'
import { aheadOf, furthestPlaceMs } from '../../../domain/limits/budget.ts'
import type { Bucket } from '../../../domain/limits/budget.ts'
import type { ClientKey } from '../../../domain/vocabulary.ts'
import { integer, time } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { isServed } from './tenants.ts'

/** A client that somebody calls Auth0 for now. */
interface RunningClient {
  readonly clientId: string
  readonly since: Date
  /** The deadline of the call. */
  readonly until: Date
  /** Which try it is: 1 where none has failed before. */
  readonly attempt: number
}

const ms = (value: number) => sql`${value}::float8 * interval '1 millisecond'`

/** A time, where it is still to come. */
const ahead = (at: RawBuilder<unknown>) => sql`case when ${at} > clock_timestamp() then ${at} end`

/** When a bucket has a place again: as its limits say, without what is left to others; null where it has one now. */
const nextSlot = (tenantId: string, bucket: Bucket | undefined) =>
  bucket === undefined
    ? sql`null::timestamptz`
    : sql`(
        select ${ahead(sql`greatest(
          b.blocked_until,
          least(b.next_at, clock_timestamp() + ${ms(furthestPlaceMs(bucket))})
            + ${ms((1 - aheadOf(bucket)) * bucket.intervalMs)})`)}
        from nexus.budgets b where b.tenant_id = ${tenantId} and b.bucket = ${bucket.name})`

const FactsRow = z.object({
  now: time,
  since: time.nullable(),
  until: time.nullable(),
  heldReason: z.string().nullable(),
  served: z.boolean(),
  appliesSince: time.nullable(),
  nextSlotAt: time.nullable(),
})

const RunningRow: z.ZodType<RunningClient> = z.object({
  clientId: z.string(),
  since: time,
  until: time,
  attempt: integer,
})

/**
 * What keeps changes waiting, and what is under way.
 *
 * @param callMs how long a call may take: its deadline is kept, and tells when it began
 */
export const createWaits = (db: Kysely<Database>, callMs: number) => ({
  /**
   * What stands in the way of a client's changes, beside what its own record tells.
   *
   * @param state the Terraform state whose apply keeps them waiting; null where none does
   * @param bucket what changes are drawn from; undefined where the tenant's plan sets no limit
   */
  factsOf: async (
    { tenantId, clientId }: ClientKey,
    state: string | null,
    bucket: Bucket | undefined,
  ): Promise<Omit<WaitingFacts, 'queueProblem'> | undefined> => {
    const { rows } = await sql`
      select clock_timestamp() as now,
             case when c.lease_until > clock_timestamp() then c.attempt_deadline end as until,
             case when c.lease_until > clock_timestamp() then c.attempt_deadline - ${ms(callMs)} end as since,
             t.held_reason as "heldReason", ${isServed} as served,
             (select s.locked_at from nexus.terraform_states s where s.tenant_id = c.tenant_id and s.name = ${state})
               as "appliesSince",
             ${nextSlot(tenantId, bucket)} as "nextSlotAt"
      from nexus.clients c join nexus.tenants t using (tenant_id)
      where c.tenant_id = ${tenantId} and c.client_id = ${clientId}
    `.execute(db)
    const [row] = parsed(FactsRow, rows)
    if (row === undefined) return undefined
    const { since, until, ...facts } = row
    return { ...facts, running: since === null || until === null ? null : { since, until } }
  },

  /** Clients of a tenant that somebody calls Auth0 for now, the longest first. Only one that has work can be among them. */
  running: async (tenantId: string, limit: number): Promise<RunningClient[]> => {
    const { rows } = await sql`
      select client_id as "clientId", attempt_deadline - ${ms(callMs)} as since, attempt_deadline as until,
             failures + 1 as attempt
      from nexus.clients
      where tenant_id = ${tenantId} and (generation > settled_generation or verify_at is not null)
        and lease_until > clock_timestamp() and attempt_deadline is not null
      order by attempt_deadline, client_id limit ${limit}
    `.execute(db)
    return parsed(RunningRow, rows)
  },
})
