import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { Outcome, Settlement } from '../../../domain/changes/settlement.ts'
import { stalledAfter } from '../../../domain/changes/verdict.ts'
import type { ClientKey, ClientState } from '../../../domain/vocabulary.ts'
import { movedState, readRecord } from '../clients/client-record.ts'
import { listingsAsJson, listingsFrom, unlistStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { eventStatement } from '../clients/snapshot-events.ts'
import { settledChannel } from '../database/notifications.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'
import type { Placeholders, Runs } from '../database/statement.ts'
import { nextColumns, nextIn } from './next.ts'
import type { Next } from './next.ts'

/** The row that was leased, as it was then. */
export interface LeasedRow {
  readonly state: ClientState
  readonly revision: number
  readonly token: string
  readonly failures: number
}

/**
 * One statement, so that it is there as a whole or not at all; the lease's token in it is the fence. What lists say of the
 * client follows from the row as it is written, and so from the revision that was leased, unless others have written meanwhile.
 *
 * @returns what comes next; undefined when the lease was lost, with nothing written
 */
export const settle = async (
  db: Kysely<Database>,
  leased: LeasedRow,
  settlement: Settlement,
  keysOf: KeysOf,
): Promise<Next | undefined> => {
  const { state, revision } = leased
  const keys = keysOf(state.key.tenantId)
  const next = await write(db, leased, { ...state, revision }, settlement, keys)
  if (next !== undefined) return next
  return db.transaction().execute(async (trx) => {
    const now = await readRecord(trx, state.key, true)
    return now === undefined || now.revision === revision ? undefined : write(trx, leased, now, settlement, keys)
  })
}

interface Parameters extends ClientKey {
  readonly token: string
  readonly revision: number
  readonly generation: number
  readonly settledGeneration: number
  readonly outcomes: string
  readonly hasOutcomes: boolean
  readonly failed: boolean
  readonly failures: number
  readonly reason: string | null
  readonly retryAfterMs: number | null
  readonly stalls: boolean
  readonly attemptClosed: boolean
  readonly observed: string | null
  readonly confirmed: string
  readonly setsOneByOne: boolean
  readonly oneByOneUntil: number | null
  readonly setsContested: boolean
  readonly contested: string | null
  readonly drifted: boolean | null
  readonly vanished: boolean
  readonly setsVerify: boolean
  readonly verifyAfterMs: number | null
  readonly listings: string
}

const milliseconds = sql`date_trunc('milliseconds', clock_timestamp())`
const inMs = (ms: RawBuilder<unknown>) => sql`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`

/** @param vanishes whether the client is gone: then it leaves the lists, and states of Terraform have to know */
const textOf = (vanishes: boolean) => (p: Placeholders<Parameters>) => {
  const isFenced = sql`exists (select from fenced)`
  const event = eventStatement(p, 'vanished', sql`null::jsonb`, isFenced)
  const unlisted = unlistStatement(p, sql`exists (select from fenced where vanished_at is not null)`)
  return sql`
    with fenced as (
      update nexus.clients c set
        lease_token = null, lease_until = null, taken_over = false, revision = revision + 1,
        written_at = clock_timestamp(),
        settled_generation = greatest(settled_generation, ${p.settledGeneration}),
        failures = ${p.failures}, last_failure = ${p.reason}, next_try_at = ${inMs(p.retryAfterMs)},
        stalled_at = case when ${p.stalls} then coalesce(stalled_at, clock_timestamp())
                          when ${p.failed} then stalled_at end,
        attempt_deadline = case when ${p.attemptClosed} then null else attempt_deadline end,
        previous_attempt_deadline = case when ${p.attemptClosed} then null else previous_attempt_deadline end,
        observed = coalesce(${p.observed}::jsonb, observed),
        observed_at = case when ${p.observed}::jsonb is null then observed_at else clock_timestamp() end,
        updated_at = case when ${p.hasOutcomes} or observed <> ${p.observed}::jsonb then ${milliseconds} else updated_at end,
        base = base || ${p.confirmed}::jsonb,
        one_by_one_until = case when ${p.setsOneByOne} then ${p.oneByOneUntil}::bigint else one_by_one_until end,
        contested = case when ${p.setsContested} then ${p.contested}::jsonb else contested end,
        drifted_at = case when ${p.drifted} then coalesce(drifted_at, clock_timestamp())
                          when not ${p.drifted} then null else drifted_at end,
        drifted_by_state = case when ${p.drifted} and drifted_at is null then ${movedState}
                                when not ${p.drifted} then null else drifted_by_state end,
        confirmed_at = case when not ${p.drifted} then clock_timestamp() else confirmed_at end,
        -- A change that came since is not settled by this step: the next round finds out for itself.
        vanished_at = case when not ${p.vanished} then vanished_at
                           when generation = ${p.generation} then clock_timestamp() end,
        verify_at = case when ${p.setsVerify} then ${inMs(p.verifyAfterMs)} else verify_at end
      where tenant_id = ${p.tenantId} and client_id = ${p.clientId} and lease_token = ${p.token}
        and revision = ${p.revision}
      returning *
    ), listed as (
      ${listingsFrom(p.tenantId, p.listings, sql`where ${isFenced}`)}
    ), ${vanishes ? sql`moved as (${event.moved}), noted as (${event.noted}), unlisted as (${unlisted}), ` : sql``}
    settled as (
      update nexus.changes h
      set status = o.status, refusal = nullif(o.refusal, 'null'::jsonb), superseded_by = o.superseded_by,
          settled_at = clock_timestamp()
      from jsonb_to_recordset(${p.outcomes}::jsonb) as o(id uuid, status text, refusal jsonb, superseded_by uuid)
      where h.id = o.id and h.status = 'accepted' and ${isFenced}
      returning h.id
    )
    select ${nextColumns}, (select count(pg_notify(${settledChannel}, id::text)) from settled)
    from fenced c left join nexus.tenants t using (tenant_id)`
}

const usual = statement<Parameters>(textOf(false))
const vanishing = statement<Parameters>(textOf(true))

/** @param now the row as it stands; nothing is written to another */
const write = async (
  db: Runs,
  { state: { key, pending, generation }, token, failures }: LeasedRow,
  now: ClientState & { readonly revision: number },
  settlement: Settlement,
  keys: MetadataKeys,
): Promise<Next | undefined> => {
  const { outcomes = [], observed, confirmed = {}, failure, vanished = false } = settlement
  const settled = new Set(outcomes.map(({ id }) => id))
  const remaining = pending.filter(({ id }) => !settled.has(id))
  if (remaining.length + settled.size !== pending.length)
    throw new Error('A change was settled that was not read at planning.')
  const tries = failure?.countsAsFailure === true ? failures + 1 : failures
  const after = {
    ...now,
    observed: observed ?? now.observed,
    base: { ...now.base, ...confirmed },
    pending: now.pending.filter(({ id }) => !settled.has(id)),
  }
  const isGone = vanished && now.generation === generation
  const listing = isGone ? undefined : listingChange(now, after, keys)
  const rows = await (vanished ? vanishing : usual)(db, {
    ...key,
    token,
    generation,
    revision: now.revision,
    // Up to here everything is settled. Changes that were accepted since have higher generations.
    settledGeneration: (remaining[0]?.generation ?? generation + 1) - 1,
    outcomes: JSON.stringify(outcomes.map(toRow)),
    hasOutcomes: outcomes.length > 0,
    failed: failure !== undefined,
    failures: failure === undefined ? 0 : tries,
    reason: failure?.reason ?? null,
    retryAfterMs: failure?.retryAfterMs ?? null,
    stalls: failure !== undefined && tries >= stalledAfter,
    attemptClosed: settlement.attemptClosed,
    observed: observed === undefined ? null : JSON.stringify(observed),
    confirmed: JSON.stringify(confirmed),
    setsOneByOne: settlement.oneByOneUntil !== undefined,
    oneByOneUntil: settlement.oneByOneUntil ?? null,
    setsContested: settlement.contested !== undefined,
    contested: settlement.contested ? JSON.stringify(settlement.contested) : null,
    drifted: settlement.drifted ?? null,
    vanished,
    setsVerify: settlement.verifyAfterMs !== undefined,
    verifyAfterMs: settlement.verifyAfterMs ?? null,
    listings: listingsAsJson(listing === undefined ? [] : [{ clientId: key.clientId, listing }]),
  })
  return nextIn(rows)
}

const toRow = (outcome: Outcome) => ({
  id: outcome.id,
  status: outcome.status,
  refusal: outcome.status === 'rejected' ? outcome.refusal : null,
  superseded_by: outcome.status === 'applied' ? outcome.supersededBy : null,
})
