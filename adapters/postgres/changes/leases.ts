import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Contested, Leased, Settlement } from '../../../domain/changes/settlement.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { ClientKey, PendingChange } from '../../../domain/vocabulary.ts'
import { isApplying, pendingOf, stateColumns, toState } from '../clients/client-record.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { integer, pendingChanges } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'
import { nextColumns, nextIn } from './next.ts'
import type { Next } from './next.ts'
import { settle } from './settle.ts'

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
  revision: integer,
  failures: integer,
  one_by_one_until: integer.nullable(),
  contested: contested.nullable(),
  open_attempt_ms: z.number().nullable(),
  verify_due: z.boolean().nullable(),
  waited: z.boolean(),
})

interface Taking extends ClientKey {
  readonly token: string
  readonly ttlMs: number
  readonly callMs: number
}

const taken = statement<Taking>(
  ({ tenantId, clientId, token, ttlMs, callMs }) => sql`
    with seen as (
      select revision from nexus.clients where tenant_id = ${tenantId} and client_id = ${clientId}
    ), taken as (
      update nexus.clients c set
        lease_token = ${token},
        lease_until = clock_timestamp() + ${ttlMs} * interval '1 millisecond',
        taken_over = lease_token is not null,
        previous_attempt_deadline = greatest(attempt_deadline, previous_attempt_deadline),
        attempt_deadline = clock_timestamp() + ${callMs} * interval '1 millisecond',
        revision = revision + 1
      where tenant_id = ${tenantId} and client_id = ${clientId} and vanished_at is null
        and (lease_until is null or lease_until <= clock_timestamp())
        and (generation > settled_generation or verify_at <= clock_timestamp())
        and (next_try_at is null or next_try_at <= clock_timestamp())
        and paused_at is null and not ${isApplying(sql`c`)}
        and not exists (
          select from nexus.tenants t
          where t.tenant_id = ${tenantId} and coalesce(t.paused_at, t.held_at) is not null
        )
      returning *
    )
    select c.*, ${pendingOf} as pending, c.verify_at <= clock_timestamp() as verify_due,
           case when c.taken_over or c.previous_attempt_deadline is not null then
             greatest(0, coalesce(extract(epoch from c.previous_attempt_deadline - clock_timestamp()), 0))::float8 * 1000
           end as open_attempt_ms,
           seen.revision + 1 <> c.revision as waited
    from taken c, seen`,
)

const standing = statement<ClientKey>(
  ({ tenantId, clientId }) => sql`
    select ${nextColumns} from nexus.clients c left join nexus.tenants t using (tenant_id)
    where c.tenant_id = ${tenantId} and c.client_id = ${clientId}`,
)

/** Leases live on the database's clock; what a worker measures itself is only how long it has held one. */
export const createLeases = (db: Kysely<Database>, keysOf: KeysOf) => ({
  /** Whether there is anything to do for a client: asked before a slot of the budget is spent on it. */
  readiness: async (key: ClientKey): Promise<Next> => nextIn(await standing(db, key)) ?? { kind: 'done' },

  /**
   * Takes the lease of a client for `ttlMs` and notes, in the same statement, that a call may be under way until
   * `callMs` from now.
   *
   * @returns undefined when somebody else holds it, or there is nothing to do now: the readiness says which
   */
  take: async (key: ClientKey, ttlMs: number, callMs: number): Promise<Lease | undefined> => {
    const askedAt = performance.now()
    const token = randomUUID()
    const [row] = parsed(LeaseRow, await taken(db, { ...key, token, ttlMs, callMs }))
    if (row === undefined) return undefined
    // The statement waited for the row, so its snapshot is older than what it locked: changes that the former holder
    // has settled would still look pending. Under the lease they can be read again.
    const pending = row.waited ? await pendingNow(db, key) : row.pending
    const state = toState({ ...row, pending })
    return {
      key,
      state,
      failures: row.failures,
      oneByOneUntil: row.one_by_one_until,
      contested: row.contested,
      openAttemptMs: row.open_attempt_ms,
      verifyDue: row.verify_due === true,
      remainingMs: () => ttlMs - (performance.now() - askedAt),
      settle: (settlement) =>
        settle(db, { state, revision: row.revision, token, failures: row.failures }, settlement, keysOf),
    }
  },
})

export type Leases = ReturnType<typeof createLeases>

const PendingRow = z.object({ pending: pendingChanges })

const pendingNow = async (db: Kysely<Database>, key: ClientKey): Promise<readonly PendingChange[]> => {
  const { rows } = await sql`
    select ${pendingOf} as pending from nexus.clients c
    where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
  `.execute(db)
  return parsed(PendingRow, rows)[0]?.pending ?? []
}
