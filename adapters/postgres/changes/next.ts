import { sql } from 'kysely'
import { z } from 'zod'
import { isStopped } from '../clients/client-record.ts'
import { deciding } from '../clients/holdings.ts'

/** What there is to do for a client, and when. */
export type Next =
  | { readonly kind: 'done' }
  /** Now, and whether Auth0 has to be read before anything is sent. */
  | { readonly kind: 'now'; readonly reads: boolean }
  /** Somebody holds its lease, a failure asked for patience, or Terraform applies a state that it stands in. From now. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** Paused or held: who lifts that queues it again. */
  | { readonly kind: 'standstill' }

const msUntil = (time: ReturnType<typeof sql>) => sql`extract(epoch from ${time} - clock_timestamp())::float8 * 1000`

/** What says what comes next, of the client `c` of the tenant `t`. */
export const nextColumns = sql`
  (c.generation > c.settled_generation or c.verify_at is not null) and c.vanished_at is null as has_work,
  ${isStopped} as is_stopped,
  c.lease_token is not null or c.attempt_deadline is not null or c.previous_attempt_deadline is not null
    or coalesce(c.verify_at <= clock_timestamp(), false) as reads,
  ${msUntil(sql`greatest(
    c.lease_until, c.next_try_at, case when c.generation = c.settled_generation then c.verify_at end, (
      select max(s.hold_until) from ${deciding} r
      join nexus.terraform_states s on s.tenant_id = r.tenant_id and s.name = r.state
      where r.tenant_id = c.tenant_id and r.client_id = c.client_id))`)} as after_ms`

export const NextRow = z.object({
  has_work: z.boolean(),
  is_stopped: z.boolean(),
  reads: z.boolean(),
  after_ms: z.number().nullable(),
})

export const nextOf = (row: z.infer<typeof NextRow>): Next => {
  if (!row.has_work) return { kind: 'done' }
  if (row.is_stopped) return { kind: 'standstill' }
  return row.after_ms !== null && row.after_ms > 0
    ? { kind: 'later', afterMs: row.after_ms }
    : { kind: 'now', reads: row.reads }
}
