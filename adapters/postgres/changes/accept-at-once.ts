import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import type { AuditEntry } from '../../../domain/access/audit.ts'
import type { Listing } from '../../../domain/clients/listing.ts'
import type { Issue } from '../../../domain/texts/json-text.ts'
import type { Author, FieldPath, Values } from '../../../domain/vocabulary.ts'
import { entriesOf, entryAsJson } from '../audit.ts'
import { placementOf, standingColumns, standingOf } from '../clients/client-record.ts'
import type { ClientRecord } from '../clients/client-record.ts'
import { listingAsJson, listingsOf } from '../clients/listing-rows.ts'
import { eventStatement } from '../clients/snapshot-events.ts'
import { happened } from '../events/happened.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { ClaimLost } from './idempotency.ts'
import type { Origin } from './origin.ts'

/** A change that was decided on, and what is stored with it. */
export interface Decided {
  /** What was decided on. */
  readonly before: ClientRecord
  readonly changeId: string
  readonly author: Author
  readonly values: Values
  /** What the fields were that it names. */
  readonly replaced: Values
  readonly warnings: readonly Issue[]
  /** Whether it changes nothing, and so is settled here and now. */
  readonly settled: boolean
  /** The fields that Nexus owns since then. */
  readonly owned: readonly FieldPath[]
  /** What lists say of the client from now on; undefined where that is what they say. */
  readonly listing: Listing | undefined
  readonly origin: Origin | undefined
  readonly audit: AuditEntry
  readonly traceparent: string | undefined
}

const toRow = ({
  before,
  changeId,
  author,
  values,
  replaced,
  warnings,
  settled,
  owned,
  listing,
  origin,
  audit,
  traceparent,
}: Decided) => {
  const { key, terraform, revision } = before
  const claim = origin?.kind === 'request' ? origin.claim : undefined
  const element = origin?.kind === 'element' ? origin : undefined
  return {
    change_id: changeId,
    tenant_id: key.tenantId,
    client_id: key.clientId,
    revision,
    states: terraform.states,
    request: terraform.request,
    values,
    replaced,
    author,
    warnings: warnings.length === 0 ? null : warnings,
    settled,
    base: settled ? values : {},
    owned,
    listing: listing && listingAsJson({ clientId: key.clientId, listing }),
    audit: entryAsJson(audit),
    caller: claim?.caller,
    key: claim?.key,
    claim: claim?.token,
    operation_id: element?.operationId,
    place: element?.place,
    traceparent,
  }
}

/**
 * Conditions first, each on a row that is locked: the client is as it was decided on, and the origin is this attempt's and
 * has no change. Every write hangs on both, so that of each change all is stored or nothing. A row that somebody else has
 * locked is not waited for: what they do is not known yet, and the snapshot of this statement would be older.
 *
 * @param tells whether states of Terraform have to know of the one change that there is
 */
const textOf = (tells: boolean) => (p: { readonly changes: RawBuilder<unknown> }) => {
  const one = { tenantId: sql`(select tenant_id from clear)`, clientId: sql`(select client_id from clear)` }
  const event = eventStatement(one, 'owned', sql`(select owned from clear)`)
  return sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${p.changes}::jsonb)
        as a(change_id uuid, tenant_id text, client_id text, revision bigint, states jsonb, request jsonb, "values" jsonb,
             replaced jsonb, author jsonb, warnings jsonb, settled boolean, base jsonb, owned jsonb, listing jsonb, audit jsonb,
             caller jsonb, key text, claim uuid, operation_id uuid, place integer, traceparent text)
    ), standing as materialized (
      select a.*, c.generation, c.paused_at, t.paused_at as tenant_paused_at, t.held_at, ${placementOf} as terraform
      from asked a
      join nexus.clients c on c.tenant_id = a.tenant_id and c.client_id = a.client_id and c.revision = a.revision
        and c.vanished_at is null
      left join nexus.tenants t on t.tenant_id = c.tenant_id
      for no key update of c skip locked
    ), seen as materialized (
      -- Of several changes of one client the others are decided on anew, as it has moved on.
      select distinct on (tenant_id, client_id) * from standing
      where terraform->'states' = states and terraform->'request' = coalesce(request, 'null'::jsonb)
    ), keys as materialized (
      select s.change_id from seen s
      join nexus.idempotency_keys k
        on k.tenant_id = s.tenant_id and k.caller = s.caller and k.key = s.key and k.claim = s.claim
      where k.change_id is null and k.answer is null
      for update of k
    ), elements as materialized (
      select s.change_id from seen s
      join nexus.operation_elements e on e.operation_id = s.operation_id and e.place = s.place
      where e.change_id is null and e.answer is null
      for update of e
    ), clear as materialized (
      select * from seen s
      where (s.key is null or s.change_id in (select change_id from keys))
        and (s.operation_id is null or s.change_id in (select change_id from elements))
    ), stored as (
      insert into nexus.changes (id, tenant_id, client_id, generation, "values", "before", status, author, settled_at,
                                 warnings, traceparent)
      select change_id, tenant_id, client_id, generation + 1, "values", replaced, case when settled then 'applied' else 'accepted' end,
             author, case when settled then clock_timestamp() end, warnings, traceparent
      from clear
    ), moved_on as (
      update nexus.clients c
      set generation = s.generation + 1, revision = c.revision + 1,
          base = case when s.settled then c.base || s.base else c.base end,
          settled_generation = case when s.settled then s.generation + 1 else c.settled_generation end,
          -- A person's change is tried at once, whatever an earlier failure asked to wait for.
          next_try_at = null,
          -- Of a client that is stopped nobody is told: who lifts that looks for what waits.
          woken_at = case when coalesce(s.paused_at, s.tenant_paused_at, s.held_at) is null then clock_timestamp() end,
          written_at = clock_timestamp(), updated_at = date_trunc('milliseconds', clock_timestamp())
      from clear s where c.tenant_id = s.tenant_id and c.client_id = s.client_id
    ), happened as (
      ${happened(sql`
        select tenant_id, client_id, case when settled then 'change.applied' else 'change.accepted' end, revision + 1
        from clear`)}
    ), listed as (
      ${listingsOf(sql`clear`)}
    ), recorded as (
      ${entriesOf(sql`clear`)}
    ), noted_keys as (
      update nexus.idempotency_keys k set change_id = s.change_id from clear s
      where k.tenant_id = s.tenant_id and k.caller = s.caller and k.key = s.key
    ), noted_elements as (
      update nexus.operation_elements e set change_id = s.change_id from clear s
      where e.operation_id = s.operation_id and e.place = s.place
    )
    ${tells ? sql`, moved as (${event.moved}), told as (${event.noted})` : sql``}
    select change_id, paused_at, tenant_paused_at, held_at, terraform,
           change_id in (select change_id from clear) as is_clear
    from seen`
}

const usual = statement(textOf(false))
const telling = statement(textOf(true))

const Answer = z.object({ ...standingColumns, change_id: z.string(), is_clear: z.boolean() })

type Standing = ReturnType<typeof standingOf>

/**
 * Stores changes by one statement for all that come at the same time: each if its client still is as it was decided on. That
 * is its revision, and how it stands with Terraform, which the revision does not cover. Whether anything is sent for it now
 * is read here too.
 *
 * @returns what stands around the client; undefined where it is no longer as it was, or somebody is just writing it: nothing
 *   is stored then
 * @throws ClaimLost where the origin has a change already, or is somebody else's
 */
export const createAcceptAtOnce = (db: Kysely<Database>): ((change: Decided) => Promise<Standing | undefined>) => {
  const store = async (changes: readonly Decided[], run: typeof usual) => {
    const rows = parsed(Answer, await run(db, { changes: JSON.stringify(changes.map(toRow)) }))
    const byId = new Map(rows.map((row) => [row.change_id, row]))
    return changes.map(({ changeId }) => {
      const row = byId.get(changeId)
      return row && (row.is_clear ? standingOf(row) : new ClaimLost())
    })
  }
  const storeTogether = together((changes: readonly Decided[]) => store(changes, usual))
  return async (change) => {
    const { owned, before } = change
    const tells = owned.length > 0 && (before.terraform.states.length > 0 || before.terraform.request !== null)
    if (!tells) return storeTogether(change)
    const [answer] = await store([change], telling)
    if (answer instanceof Error) throw answer
    return answer
  }
}
