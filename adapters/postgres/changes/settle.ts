import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { Outcome, Settlement } from '../../../domain/changes/settlement.ts'
import { stalledAfter } from '../../../domain/changes/verdict.ts'
import type { ClientState } from '../../../domain/vocabulary.ts'
import { movedState, readRecord } from '../clients/client-record.ts'
import { listingAsJson, listingsOf, unlistStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { eventStatement } from '../clients/snapshot-events.ts'
import { happenedAndToldButChanges } from '../events/happened.ts'
import type { TellSettled } from '../database/notifications.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'
import type { Runs } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { nextColumns, nextOf, NextRow } from './next.ts'
import type { Next } from './next.ts'

/** Told of each change that Auth0 has now: how long ago it was accepted, by the database's clock. */
export type TellApplied = (tenantId: string, seconds: number) => void

/** The row that was leased, as it was then. */
export interface LeasedRow {
  readonly state: ClientState
  readonly revision: number
  readonly token: string
  readonly failures: number
  readonly mayBeLate: boolean
}

/**
 * A step that is to be written over a row as it stands; nothing is written to another.
 *
 * @throws where a change is settled that was not read at planning
 */
const rowOf = (
  leased: LeasedRow,
  now: ClientState & { readonly revision: number },
  settlement: Settlement,
  keys: MetadataKeys,
) => {
  const { state, token, failures, mayBeLate } = leased
  const { key, pending, generation } = state
  const { outcomes = [], observed, confirmed = {}, failure, vanished = false } = settlement
  const settled = new Set(outcomes.map(({ id }) => id))
  const remaining = pending.filter(({ id }) => !settled.has(id))
  if (remaining.length + settled.size !== pending.length)
    throw new Error('A change was settled that was not read at planning.')
  const tries = failure?.countsAsFailure === true ? failures + 1 : failures
  const isGone = vanished && now.generation === generation
  const listing = isGone ? undefined : listingChange(now, after(now, settlement, settled), keys)
  return {
    tenant_id: key.tenantId,
    client_id: key.clientId,
    token,
    revision: now.revision,
    generation,
    // Up to here everything is settled. Changes that were accepted since have higher generations.
    settled_up_to: (remaining[0]?.generation ?? generation + 1) - 1,
    outcomes: outcomes.map(outcomeRow),
    failed: failure !== undefined,
    tries: failure === undefined ? 0 : tries,
    reason: failure?.reason,
    retry_after_ms: failure?.retryAfterMs,
    stalls: failure !== undefined && tries >= stalledAfter,
    attempt_closed: settlement.attemptClosed,
    // Known until Auth0 has been read after its end.
    former_closed: settlement.attemptClosed && mayBeLate && settlement.verifyAfterMs === null,
    seen: observed,
    confirmed,
    sets_one_by_one: settlement.oneByOneUntil !== undefined,
    one_by_one: settlement.oneByOneUntil,
    sets_contested: settlement.contested !== undefined,
    contest: settlement.contested,
    drifted: settlement.drifted,
    vanished,
    sets_verify: settlement.verifyAfterMs !== undefined,
    verify_after_ms: settlement.verifyAfterMs,
    listing: listing && listingAsJson({ clientId: key.clientId, listing }),
  }
}

type Step = ReturnType<typeof rowOf>

/** A client's row after a step. */
const after = (
  now: ClientState,
  { observed = now.observed, confirmed }: Settlement,
  settled: ReadonlySet<string>,
): ClientState => ({
  ...now,
  observed,
  base: { ...now.base, ...confirmed },
  pending: now.pending.filter(({ id }) => !settled.has(id)),
})

const outcomeRow = (outcome: Outcome) => ({
  id: outcome.id,
  status: outcome.status,
  refusal: outcome.status === 'rejected' ? outcome.refusal : null,
  superseded_by: outcome.status === 'applied' ? outcome.supersededBy : null,
})

const milliseconds = sql`date_trunc('milliseconds', clock_timestamp())`
const inMs = (ms: RawBuilder<unknown>) => sql`clock_timestamp() + ${ms} * interval '1 millisecond'`

/** What became of the client `f` by a step. What Auth0 has by a change is told by the change. */
const whatHappened = sql`
  select 'change.' || o.status as kind from jsonb_to_recordset(f.outcomes) as o(status text)
  union all select 'client.delayed' where f.failed
  union all select 'client.vanished' where f.vanished_at is not null
  union all select 'client.drifted' where f.drifted_at is not null and not f.was_drifted
  union all select 'client.observed' where f.outcomes = '[]'::jsonb and f.vanished_at is null
    and (f.was_drifted or f.drifted_at is null)
    and (f.was_drifted and f.drifted_at is null or f.observed <> f.was_observed)`

/**
 * The lease's token is the fence, and the revision says that the row is the one that the listing was made of. A row that
 * somebody else has locked is not waited for.
 *
 * @param vanishes whether the one client that there is may be gone: then it leaves the lists, and states of Terraform have
 *   to know
 */
const textOf =
  (vanishes: boolean) =>
  ({ steps }: { readonly steps: RawBuilder<unknown> }) => {
    const one = { tenantId: sql`(select tenant_id from fenced)`, clientId: sql`(select client_id from fenced)` }
    const event = eventStatement(one, 'vanished', sql`null::jsonb`)
    const unlisted = unlistStatement(one, sql`exists (select from fenced where vanished_at is not null)`)
    return sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${steps}::jsonb)
        as a(tenant_id text, client_id text, token uuid, revision bigint, generation bigint, settled_up_to bigint,
             outcomes jsonb, failed boolean, tries integer, reason text, retry_after_ms float8, stalls boolean,
             attempt_closed boolean, former_closed boolean, seen jsonb, confirmed jsonb, sets_one_by_one boolean, one_by_one bigint,
             sets_contested boolean, contest jsonb, drifted boolean, vanished boolean, sets_verify boolean,
             verify_after_ms float8, listing jsonb)
    ), held as materialized (
      select a.*, c.drifted_at is not null as was_drifted, c.observed as was_observed from asked a
      join nexus.clients c on c.tenant_id = a.tenant_id and c.client_id = a.client_id and c.lease_token = a.token
        and c.revision = a.revision
      for no key update of c skip locked
    ), fenced as (
      update nexus.clients c set
        lease_token = null, lease_until = null, taken_over = false, revision = c.revision + 1,
        written_at = clock_timestamp(),
        settled_generation = greatest(c.settled_generation, a.settled_up_to),
        failures = a.tries, last_failure = a.reason, next_try_at = ${inMs(sql`a.retry_after_ms`)},
        stalled_at = case when a.stalls then coalesce(c.stalled_at, clock_timestamp()) when a.failed then c.stalled_at end,
        attempt_deadline = case when a.attempt_closed then null else c.attempt_deadline end,
        previous_attempt_deadline = case when a.former_closed then null else c.previous_attempt_deadline end,
        observed = coalesce(a.seen, c.observed),
        observed_at = case when a.seen is null then c.observed_at else clock_timestamp() end,
        updated_at = case when a.outcomes <> '[]'::jsonb or c.observed <> a.seen then ${milliseconds} else c.updated_at end,
        base = c.base || a.confirmed,
        one_by_one_until = case when a.sets_one_by_one then a.one_by_one else c.one_by_one_until end,
        contested = case when a.sets_contested then a.contest else c.contested end,
        drifted_at = case when a.drifted then coalesce(c.drifted_at, clock_timestamp())
                          when not a.drifted then null else c.drifted_at end,
        drifted_by_state = case when a.drifted and c.drifted_at is null then ${movedState}
                                when not a.drifted then null else c.drifted_by_state end,
        confirmed_at = case when not a.drifted then clock_timestamp() else c.confirmed_at end,
        -- A change that came since is not settled by this step: the next round finds out for itself.
        vanished_at = case when not a.vanished then c.vanished_at
                           when c.generation = a.generation then clock_timestamp() end,
        verify_at = case when a.sets_verify then ${inMs(sql`a.verify_after_ms`)} else c.verify_at end
      from held a where c.tenant_id = a.tenant_id and c.client_id = a.client_id
      returning c.*, a.outcomes, a.failed, a.was_drifted, a.was_observed
    ), happened as (
      ${happenedAndToldButChanges(sql`
        select tenant_id, client_id, what.kind, revision from fenced f cross join lateral (${whatHappened}) as what`)}
    ), listed as (
      ${listingsOf(sql`held`)}
    ), ${vanishes ? sql`moved as (${event.moved}), noted as (${event.noted}), unlisted as (${unlisted}), ` : sql``}
    settled as (
      update nexus.changes h
      set status = o.status, refusal = nullif(o.refusal, 'null'::jsonb), superseded_by = o.superseded_by,
          settled_at = clock_timestamp()
      from held a
      cross join lateral jsonb_to_recordset(a.outcomes) as o(id uuid, status text, refusal jsonb, superseded_by uuid)
      where h.id = o.id and h.status = 'accepted'
      returning h.tenant_id, h.client_id, h.status, extract(epoch from h.settled_at - h.accepted_at)::float8 as seconds
    )
    select c.tenant_id, c.client_id, ${nextColumns},
           array(select seconds from settled s
                 where s.tenant_id = c.tenant_id and s.client_id = c.client_id and s.status = 'applied') as applied_after
    from fenced c left join nexus.tenants t on t.tenant_id = c.tenant_id`
  }

const usual = statement(textOf(false))
const vanishing = statement(textOf(true))

const WrittenRow = z.object({
  ...NextRow.shape,
  tenant_id: z.string(),
  client_id: z.string(),
  /** Seconds from acceptance, of each change that was applied. */
  applied_after: z.array(z.number()),
})

interface Written {
  readonly next: Next
  readonly appliedAfter: readonly number[]
}

const run = async (on: Runs, steps: readonly Step[], settling: typeof usual): Promise<(Written | undefined)[]> => {
  const written = parsed(WrittenRow, await settling(on, { steps: JSON.stringify(steps) }))
  const byClient = new Map(written.map((row) => [nameOf(row), { next: nextOf(row), appliedAfter: row.applied_after }]))
  return steps.map((step) => byClient.get(nameOf(step)))
}

const writeAlone = async (on: Runs, step: Step): Promise<Written | undefined> =>
  (await run(on, [step], step.vanished ? vanishing : usual))[0]

/** Writes what came of rounds under their leases. */
export const createSettle = (
  db: Kysely<Database>,
  keysOf: KeysOf,
  tellSettled: TellSettled,
  tellApplied: TellApplied,
) => {
  const writeTogether = together((steps: readonly Step[]) => run(db, steps, usual))

  /**
   * One statement, so that it is there as a whole or not at all. What lists say of the client follows from all of its row:
   * one that was written since it was leased (a change was accepted, it was paused) is read again, and locked meanwhile.
   *
   * @returns what comes next; undefined when the lease was lost, with nothing written
   */
  return async (leased: LeasedRow, settlement: Settlement): Promise<Next | undefined> => {
    const { state, revision } = leased
    const keys = keysOf(state.key.tenantId)
    const step = rowOf(leased, { ...state, revision }, settlement, keys)
    const atOnce = await (step.vanished ? writeAlone(db, step) : writeTogether(step))
    const written =
      atOnce ??
      (await db.transaction().execute(async (trx) => {
        const now = await readRecord(trx, state.key, true)
        return now && writeAlone(trx, rowOf(leased, now, settlement, keys))
      }))
    if (written === undefined) return undefined
    for (const { id } of settlement.outcomes ?? []) tellSettled(id)
    for (const seconds of written.appliedAfter) tellApplied(state.key.tenantId, seconds)
    return written.next
  }
}

const nameOf = ({ tenant_id, client_id }: Pick<Step, 'tenant_id' | 'client_id'>): string => `${tenant_id} ${client_id}`
