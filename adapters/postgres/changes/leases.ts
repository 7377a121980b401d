import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { verifyMarginMs } from '../../../domain/changes/clock.ts'
import type { Contested, Leased, Settlement } from '../../../domain/changes/settlement.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { ClientKey, PendingChange } from '../../../domain/vocabulary.ts'
import { isApplying, pendingInTraces, stateColumns, toState } from '../clients/client-record.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { integer, pendingChanges } from '../database/columns.ts'
import type { TellSettled } from '../database/notifications.ts'
import { parsed, rowOrError } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { nextColumns, nextOf, NextRow } from './next.ts'
import type { Next } from './next.ts'
import { createSettle } from './settle.ts'
import type { TellApplied } from './settle.ts'

/** A client that one worker, and nobody else, may call Auth0 for. */
export interface Lease extends Leased {
  readonly key: ClientKey
  /** Milliseconds that the lease still lasts, counted from before it was asked for. */
  readonly remainingMs: () => number
  /**
   * Writes a step and gives the lease back.
   *
   * @returns what there is to do for the client then, by the row as it was written; undefined when the lease was lost, with
   *   nothing written
   */
  readonly settle: (settlement: Settlement) => Promise<Next | undefined>
}

const contested: z.ZodType<Contested> = z.object({ generation: integer, rounds: integer, before: Values })

const LeaseRow = z.object({
  ...stateColumns,
  lease_token: z.string(),
  revision: integer,
  failures: integer,
  one_by_one_until: integer.nullable(),
  contested: contested.nullable(),
  open_attempt_ms: z.number().nullable(),
  may_be_late: z.boolean(),
  verify_due: z.boolean().nullable(),
  last_reading_set: z.boolean().nullable(),
  waited: z.boolean(),
})

const TokenRow = z.object({ lease_token: z.string() })

/** What is asked for: whose lease, by which token, for how long, and how long a call may take. Milliseconds. */
interface Taking {
  readonly key: ClientKey
  readonly token: string
  readonly ttlMs: number
  readonly callMs: number
}

const margin = sql`${verifyMarginMs}::float8 * interval '1 millisecond'`

/** @param waits whether a row is waited for that somebody else is writing: only where one is asked for */
const textOf =
  (waits: boolean) =>
  ({ asked }: { readonly asked: RawBuilder<unknown> }) => sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${asked}::jsonb)
        as a(tenant_id text, client_id text, token uuid, ttl_ms float8, call_ms float8)
    ), free as materialized (
      select a.* from asked a join nexus.clients c on c.tenant_id = a.tenant_id and c.client_id = a.client_id
      where c.vanished_at is null
        and (c.lease_until is null or c.lease_until <= clock_timestamp())
        and (c.generation > c.settled_generation or c.verify_at <= clock_timestamp())
        and (c.next_try_at is null or c.next_try_at <= clock_timestamp())
        and c.paused_at is null and not ${isApplying(sql`c`)}
        and not exists (
          select from nexus.tenants t where t.tenant_id = c.tenant_id and coalesce(t.paused_at, t.held_at) is not null)
      for no key update of c ${waits ? sql`` : sql`skip locked`}
    ), taken as (
      update nexus.clients c set
        lease_token = f.token,
        lease_until = clock_timestamp() + f.ttl_ms * interval '1 millisecond',
        taken_over = lease_token is not null,
        previous_attempt_deadline = greatest(attempt_deadline, previous_attempt_deadline),
        attempt_deadline = clock_timestamp() + f.call_ms * interval '1 millisecond',
        revision = revision + 1
      from free f where c.tenant_id = f.tenant_id and c.client_id = f.client_id
      returning c.*
    )
    select c.*, ${pendingInTraces} as pending, c.verify_at <= clock_timestamp() as verify_due,
           c.verify_at > clock_timestamp() and c.verify_at >= c.previous_attempt_deadline + ${margin} as last_reading_set,
           c.taken_over or c.previous_attempt_deadline is not null as may_be_late,
           -- A reading that was put down for after its end is the last one.
           case when (c.taken_over or c.previous_attempt_deadline is not null) and not coalesce(
             c.verify_at <= clock_timestamp() and c.previous_attempt_deadline <= clock_timestamp() - ${margin}, false) then
             greatest(0, coalesce(extract(epoch from c.previous_attempt_deadline - clock_timestamp()), 0))::float8 * 1000
           end as open_attempt_ms,
           c.revision <> 1 + (
             select revision from nexus.clients s where s.tenant_id = c.tenant_id and s.client_id = c.client_id
           ) as waited
    from taken c`

const atOnce = statement(textOf(false))
const inTurn = statement(textOf(true))

const standing = statement<ClientKey>(
  ({ tenantId, clientId }) => sql`
    select ${nextColumns} from nexus.clients c left join nexus.tenants t using (tenant_id)
    where c.tenant_id = ${tenantId} and c.client_id = ${clientId}`,
)

/** Leases live on the database's clock; what a worker measures itself is only how long it has held one. */
export const createLeases = (
  db: Kysely<Database>,
  keysOf: KeysOf,
  tellSettled: TellSettled,
  tellApplied: TellApplied = () => undefined,
) => {
  const run = async (asked: readonly Taking[], taking: typeof atOnce) => {
    const rows = asked.map(({ key, token, ttlMs, callMs }) => ({
      tenant_id: key.tenantId,
      client_id: key.clientId,
      token,
      ttl_ms: ttlMs,
      call_ms: callMs,
    }))
    const taken = new Map<string, unknown>()
    for (const row of await taking(db, { asked: JSON.stringify(rows) })) taken.set(TokenRow.parse(row).lease_token, row)
    return asked.map(({ token }) => (taken.has(token) ? rowOrError(LeaseRow, taken.get(token)) : undefined))
  }
  const takeTogether = together((asked: readonly Taking[]) => run(asked, atOnce))
  const settle = createSettle(db, keysOf, tellSettled, tellApplied)

  return {
    /** Whether there is anything to do for a client: asked before a slot of the budget is spent on it. */
    readiness: async (key: ClientKey): Promise<Next> => {
      const [row] = parsed(NextRow, await standing(db, key))
      return row ? nextOf(row) : { kind: 'done' }
    },

    /**
     * Takes the lease of a client for `ttlMs` and notes, in the same statement, that a call may be under way until
     * `callMs` from now.
     *
     * @returns undefined when somebody else holds it, or there is nothing to do now: the readiness says which
     */
    take: async (key: ClientKey, ttlMs: number, callMs: number): Promise<Lease | undefined> => {
      const askedAt = performance.now()
      const asked: Taking = { key, token: randomUUID(), ttlMs, callMs }
      // A row that somebody is just writing is waited for alone, so that nobody else waits for it.
      const row = (await takeTogether(asked)) ?? (await run([asked], inTurn))[0]
      if (row instanceof Error) throw row
      if (row === undefined) return undefined
      // The snapshot of the statement is older than the row: changes that the former holder has settled would still look
      // pending. Under the lease they can be read again.
      const pending = row.waited ? await pendingNow(db, key) : row.pending
      const state = toState({ ...row, pending })
      return {
        key,
        state,
        failures: row.failures,
        oneByOneUntil: row.one_by_one_until,
        contested: row.contested,
        openAttemptMs: row.open_attempt_ms,
        mayBeLate: row.may_be_late,
        verifyDue: row.verify_due === true,
        lastReadingSet: row.last_reading_set === true,
        remainingMs: () => ttlMs - (performance.now() - askedAt),
        settle: (settlement) =>
          settle(
            {
              state,
              revision: row.revision,
              token: asked.token,
              failures: row.failures,
              mayBeLate: row.may_be_late,
            },
            settlement,
          ),
      }
    },
  }
}

export type Leases = ReturnType<typeof createLeases>

const PendingRow = z.object({ pending: pendingChanges })

const pendingNow = async (db: Kysely<Database>, key: ClientKey): Promise<readonly PendingChange[]> => {
  const { rows } = await sql`
    select ${pendingInTraces} as pending from nexus.clients c
    where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
  `.execute(db)
  return parsed(PendingRow, rows)[0]?.pending ?? []
}
