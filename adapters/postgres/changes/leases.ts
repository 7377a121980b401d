import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { Contested, Leased, Outcome, Settlement } from '../../../domain/changes/settlement.ts'
import { stalledAfter } from '../../../domain/changes/verdict.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { ClientKey, ClientState, PendingChange } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { listingStatement, unlistStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { isApplying, movedState, pendingOf, readRecord, stateColumns, toState } from '../clients/client-record.ts'
import { integer, pendingChanges } from '../database/columns.ts'
import { settledChannel } from '../database/notifications.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { eventStatement } from '../clients/snapshot-events.ts'
import { deciding } from '../clients/holdings.ts'

/** Whether there is anything to do for a client, and whether now. Times are milliseconds from now. */
export type Readiness =
  | { readonly kind: 'idle' }
  | { readonly kind: 'ready' }
  /** Somebody holds its lease, a failure asked for patience, or Terraform applies a state that it stands in. */
  | { readonly kind: 'later'; readonly afterMs: number }
  /** Paused or held: who lifts that queues it again. */
  | { readonly kind: 'blocked' }

/** A client that one worker, and nobody else, may call Auth0 for. */
export interface Lease extends Leased {
  readonly key: ClientKey
  /** Milliseconds that the lease still lasts, counted from before it was asked for. */
  readonly remainingMs: () => number
  /**
   * Writes a step and gives the lease back.
   *
   * @returns false when the lease was lost, with nothing written
   */
  readonly settle: (settlement: Settlement) => Promise<boolean>
}

const contested: z.ZodType<Contested> = z.object({ generation: integer, rounds: integer, before: Values })

const ReadinessRow = z.object({ work: z.boolean(), blocked: z.boolean(), after_ms: z.number().nullable() })

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

/** Leases live on the database's clock; what a worker measures itself is only how long it has held one. */
export const createLeases = (db: Kysely<Database>, keysOf: KeysOf) => ({
  /** Whether there is anything to do for a client: asked before a slot of the budget is spent on it. */
  readiness: async (key: ClientKey): Promise<Readiness> => {
    const { rows } = await sql`
      select (c.generation > c.settled_generation or c.verify_at <= clock_timestamp()) is true as work,
             coalesce(c.paused_at, t.paused_at, t.held_at) is not null as blocked,
             extract(epoch from greatest(c.lease_until, c.next_try_at, (
               select max(s.hold_until) from ${deciding} r
               join nexus.terraform_states s on s.tenant_id = r.tenant_id and s.name = r.state
               where r.tenant_id = c.tenant_id and r.client_id = c.client_id
             )) - clock_timestamp())::float8 * 1000 as after_ms
      from nexus.clients c left join nexus.tenants t using (tenant_id)
      where c.tenant_id = ${key.tenantId} and c.client_id = ${key.clientId} and c.vanished_at is null
    `.execute(db)
    const [row] = parsed(ReadinessRow, rows)
    if (row === undefined || !row.work) return { kind: 'idle' }
    if (row.blocked) return { kind: 'blocked' }
    return row.after_ms !== null && row.after_ms > 0 ? { kind: 'later', afterMs: row.after_ms } : { kind: 'ready' }
  },

  /**
   * Takes the lease of a client for `ttlMs` and notes, in the same statement, that a call may be under way until
   * `callMs` from now.
   *
   * @returns undefined when somebody else holds it, or there is nothing to do now: the readiness says which
   */
  take: async (key: ClientKey, ttlMs: number, callMs: number): Promise<Lease | undefined> => {
    const askedAt = performance.now()
    const token = randomUUID()
    const { rows } = await sql`
      with seen as (
        select revision from nexus.clients where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
      ), taken as (
        update nexus.clients c set
          lease_token = ${token},
          lease_until = clock_timestamp() + ${ttlMs} * interval '1 millisecond',
          taken_over = lease_token is not null,
          previous_attempt_deadline = greatest(attempt_deadline, previous_attempt_deadline),
          attempt_deadline = clock_timestamp() + ${callMs} * interval '1 millisecond',
          revision = revision + 1
        where tenant_id = ${key.tenantId} and client_id = ${key.clientId} and vanished_at is null
          and (lease_until is null or lease_until <= clock_timestamp())
          and (generation > settled_generation or verify_at <= clock_timestamp())
          and (next_try_at is null or next_try_at <= clock_timestamp())
          and paused_at is null and not ${isApplying(sql`c`)}
          and not exists (
            select from nexus.tenants t
            where t.tenant_id = ${key.tenantId} and coalesce(t.paused_at, t.held_at) is not null
          )
        returning *
      )
      select c.*, ${pendingOf} as pending, c.verify_at <= clock_timestamp() as verify_due,
             case when c.taken_over or c.previous_attempt_deadline is not null then
               greatest(0, coalesce(extract(epoch from c.previous_attempt_deadline - clock_timestamp()), 0))::float8 * 1000
             end as open_attempt_ms,
             seen.revision + 1 <> c.revision as waited
      from taken c, seen
    `.execute(db)
    const [row] = parsed(LeaseRow, rows)
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

/** The row that was leased, as it was then. */
interface LeasedRow {
  readonly state: ClientState
  readonly revision: number
  readonly token: string
  readonly failures: number
}

/**
 * One statement, so that it is there as a whole or not at all; the lease's token in it is the fence. What lists say of
 * the client follows from all of its row: one that was written since it was leased (a change was accepted, it was
 * paused) is read again, and locked meanwhile.
 */
const settle = async (
  db: Kysely<Database>,
  leased: LeasedRow,
  settlement: Settlement,
  keysOf: KeysOf,
): Promise<boolean> => {
  const { state, revision } = leased
  const keys = keysOf(state.key.tenantId)
  if (await write(db, leased, { ...state, revision }, settlement, keys)) return true
  return db.transaction().execute(async (trx) => {
    const now = await readRecord(trx, state.key, true)
    return now !== undefined && now.revision !== revision && write(trx, leased, now, settlement, keys)
  })
}

/** @param now the row as it stands; nothing is written to another */
const write = async (
  db: Kysely<Database> | Transaction<Database>,
  { state: { key, pending, generation }, token, failures }: LeasedRow,
  now: ClientState & { readonly revision: number },
  settlement: Settlement,
  keys: MetadataKeys,
): Promise<boolean> => {
  const { outcomes = [], observed, confirmed, failure } = settlement
  const settled = new Set(outcomes.map(({ id }) => id))
  const remaining = pending.filter(({ id }) => !settled.has(id))
  if (remaining.length + settled.size !== pending.length)
    throw new Error('A change was settled that was not read at planning.')
  // Up to here everything is settled. Changes that were accepted since have higher generations.
  const settledGeneration = (remaining[0]?.generation ?? generation + 1) - 1
  const tries = failure?.countsAsFailure === true ? failures + 1 : failures
  const assignments = [
    sql`lease_token = null, lease_until = null, taken_over = false, revision = revision + 1,
        written_at = clock_timestamp()`,
    ...(outcomes.length > 0 ? [sql`updated_at = ${milliseconds}`] : []),
    sql`settled_generation = greatest(settled_generation, ${settledGeneration})`,
    failure === undefined
      ? sql`failures = 0, last_failure = null, next_try_at = null, stalled_at = null`
      : sql`failures = ${tries}, last_failure = ${failure.reason},
            stalled_at = ${tries >= stalledAfter ? sql`coalesce(stalled_at, clock_timestamp())` : sql`stalled_at`},
            next_try_at = ${inMs(failure.retryAfterMs)}`,
    ...(settlement.attemptClosed ? [sql`attempt_deadline = null, previous_attempt_deadline = null`] : []),
    ...(observed === undefined
      ? []
      : [
          sql`observed = ${jsonb(observed)}, observed_at = clock_timestamp()`,
          ...(outcomes.length > 0
            ? []
            : [sql`updated_at = case when observed = ${jsonb(observed)} then updated_at else ${milliseconds} end`]),
        ]),
    ...(confirmed === undefined ? [] : [sql`base = base || ${jsonb(confirmed)}`]),
    ...(settlement.oneByOneUntil === undefined ? [] : [sql`one_by_one_until = ${settlement.oneByOneUntil}`]),
    ...(settlement.contested === undefined ? [] : [sql`contested = ${jsonb(settlement.contested)}`]),
    ...(settlement.drifted === undefined
      ? []
      : settlement.drifted
        ? [
            sql`drifted_at = coalesce(drifted_at, clock_timestamp()),
                drifted_by_state = case when drifted_at is null then ${movedState} else drifted_by_state end`,
          ]
        : [sql`drifted_at = null, drifted_by_state = null, confirmed_at = clock_timestamp()`]),
    // A change that came since is not settled by this step: the next round finds out for itself.
    ...(settlement.vanished
      ? [sql`vanished_at = case when generation = ${generation} then clock_timestamp() end`]
      : []),
    ...(settlement.verifyAfterMs === undefined ? [] : [sql`verify_at = ${inMs(settlement.verifyAfterMs)}`]),
  ]
  const listing = listingChange(
    now,
    {
      ...now,
      observed: observed ?? now.observed,
      base: { ...now.base, ...confirmed },
      pending: now.pending.filter(({ id }) => !settled.has(id)),
    },
    keys,
  )
  const fenced = sql`exists (select from fenced)`
  const listed =
    settlement.vanished === true && now.generation === generation
      ? sql`, unlisted as (${unlistStatement(key, fenced)})`
      : listing === undefined
        ? sql``
        : sql`, listed as (${listingStatement(key.tenantId, [{ clientId: key.clientId, listing }], sql`where ${fenced}`)})`
  const event = eventStatement(key, 'vanished', null, fenced)
  const counted = settlement.vanished === true ? sql`, moved as (${event.moved}), noted as (${event.noted})` : sql``
  const { rows } = await sql`
    with fenced as (
      update nexus.clients c set ${sql.join(assignments)}
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId} and lease_token = ${token}
        and revision = ${now.revision}
      returning 1
    ) ${counted} ${listed}, settled as (
      update nexus.changes h
      set status = o.status, refusal = nullif(o.refusal, 'null'::jsonb), superseded_by = o.superseded_by,
          settled_at = clock_timestamp()
      from jsonb_to_recordset(${jsonb(outcomes.map(toRow))})
        as o(id uuid, status text, refusal jsonb, superseded_by uuid)
      where h.id = o.id and h.status = 'accepted' and exists (select from fenced)
      returning h.id
    )
    select exists (select from fenced) as held, (select count(pg_notify(${settledChannel}, id::text)) from settled)
  `.execute(db)
  return parsed(HeldRow, rows)[0]?.held ?? false
}

const HeldRow = z.object({ held: z.boolean() })

const toRow = (outcome: Outcome) => ({
  id: outcome.id,
  status: outcome.status,
  refusal: outcome.status === 'rejected' ? outcome.refusal : null,
  superseded_by: outcome.status === 'applied' ? outcome.supersededBy : null,
})

const milliseconds = sql`date_trunc('milliseconds', clock_timestamp())`

const inMs = (ms: number | null) =>
  ms === null ? sql`null` : sql`clock_timestamp() + ${ms} * interval '1 millisecond'`
