import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { z } from 'zod'
import type { Issue } from '../../../domain/texts/json-text.ts'
import type { Listing } from '../../../domain/clients/listing.ts'
import type { Author, ClientKey, FieldPath, Values } from '../../../domain/vocabulary.ts'
import type { AuditEntry } from '../../../domain/access/audit.ts'
import { auditStatement, entriesAsJson } from '../audit.ts'
import { placementOf, standingColumns, standingOf } from '../clients/client-record.ts'
import type { ClientRecord } from '../clients/client-record.ts'
import { listingsAsJson, listingsFrom } from '../clients/listing-rows.ts'
import { eventStatement } from '../clients/snapshot-events.ts'
import { parsed } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import type { Placeholders, Runs } from '../database/statement.ts'
import { ClaimLost } from './idempotency.ts'
import type { Origin } from './origin.ts'

/** A change that was decided on, and what is stored with it. */
export interface Decided {
  /** What was decided on. */
  readonly before: ClientRecord
  readonly changeId: string
  readonly author: Author
  readonly values: Values
  readonly warnings: readonly Issue[]
  /** Whether it changes nothing, and so is settled here and now. */
  readonly settled: boolean
  /** The fields that Nexus owns since then. */
  readonly owned: readonly FieldPath[]
  /** What lists say of the client from now on; undefined where that is what they say. */
  readonly listing: Listing | undefined
  readonly origin: Origin | undefined
  readonly audit: AuditEntry
}

interface Parameters extends ClientKey {
  readonly revision: number
  readonly states: string
  readonly request: string | null
  readonly changeId: string
  readonly values: string
  readonly author: string
  readonly warnings: string | null
  readonly settled: boolean
  readonly base: string
  readonly owned: string
  readonly listings: string
  readonly audit: string
  readonly caller: string | null
  readonly key: string | null
  readonly claim: string | null
  readonly operationId: string | null
  readonly place: number | null
}

/** The row of a change's origin, and the condition that it is still this attempt's and has no change. */
const origins: Readonly<
  Record<
    Origin['kind'],
    (p: Placeholders<Parameters>) => { readonly table: RawBuilder<unknown>; readonly is: RawBuilder<unknown> }
  >
> = {
  request: ({ tenantId, caller, key, claim }) => ({
    table: sql`nexus.idempotency_keys`,
    is: sql`tenant_id = ${tenantId} and caller = ${caller}::jsonb and key = ${key} and claim = ${claim}`,
  }),
  element: ({ operationId, place }) => ({
    table: sql`nexus.operation_elements`,
    is: sql`operation_id = ${operationId} and place = ${place}`,
  }),
}

/**
 * Conditions first, each on a row that is locked: the client is as it was decided on, and the origin is this attempt's.
 * Every write hangs on both, so that all is stored or nothing. A row that somebody else has locked is not waited for: what
 * they do is not known yet, and the snapshot of this statement would be older.
 */
const textOf =
  (kind: Origin['kind'] | undefined, tellsTerraform: boolean) =>
  (p: Placeholders<Parameters>): RawBuilder<unknown> => {
    const origin = kind && origins[kind](p)
    const isClear = sql`exists (select from clear)`
    const free = sql`change_id is null and answer is null`
    const event = eventStatement(p, 'owned', sql`${p.owned}::jsonb`, isClear)
    return sql`
    with standing as materialized (
      select c.generation, c.paused_at, t.paused_at as tenant_paused_at, t.held_at, ${placementOf} as terraform
      from nexus.clients c left join nexus.tenants t using (tenant_id)
      where c.tenant_id = ${p.tenantId} and c.client_id = ${p.clientId} and c.revision = ${p.revision}
        and c.vanished_at is null
      for no key update of c skip locked
    ), seen as materialized (
      select * from standing
      where terraform->'states' = ${p.states}::jsonb and terraform->'request' = coalesce(${p.request}::jsonb, 'null'::jsonb)
    ), clear as materialized (
      ${
        origin === undefined
          ? sql`select from seen`
          : sql`select from ${origin.table} where ${origin.is} and ${free} and exists (select from seen) for update`
      }
    ), stored as (
      insert into nexus.changes (id, tenant_id, client_id, generation, "values", status, author, settled_at, warnings)
      select ${p.changeId}::uuid, ${p.tenantId}, ${p.clientId}, seen.generation + 1, ${p.values}::jsonb,
             case when ${p.settled} then 'applied' else 'accepted' end, ${p.author}::jsonb,
             case when ${p.settled} then clock_timestamp() end, ${p.warnings}::jsonb
      from seen where ${isClear}
    ), moved_on as (
      update nexus.clients c
      set generation = seen.generation + 1, revision = c.revision + 1,
          base = case when ${p.settled} then c.base || ${p.base}::jsonb else c.base end,
          settled_generation = case when ${p.settled} then seen.generation + 1 else c.settled_generation end,
          -- A person's change is tried at once, whatever an earlier failure asked to wait for.
          next_try_at = null,
          -- Of a client that is stopped nobody is told: who lifts that looks for what waits.
          woken_at = case when coalesce(seen.paused_at, seen.tenant_paused_at, seen.held_at) is null
                     then clock_timestamp() end,
          written_at = clock_timestamp(), updated_at = date_trunc('milliseconds', clock_timestamp())
      from seen where c.tenant_id = ${p.tenantId} and c.client_id = ${p.clientId} and ${isClear}
    ), listed as (
      ${listingsFrom(p.tenantId, p.listings, sql`where ${isClear}`)}
    ), recorded as (
      ${auditStatement(p.audit, isClear)}
    )
    ${
      origin === undefined
        ? sql``
        : sql`, noted as (update ${origin.table} set change_id = ${p.changeId}::uuid where ${origin.is} and ${isClear})`
    }
    ${tellsTerraform ? sql`, moved as (${event.moved}), told as (${event.noted})` : sql``}
    select seen.*, ${isClear} as is_clear from seen`
  }

type Run = ReturnType<typeof statement<Parameters>>

/** By where the change comes from, and whether states of Terraform have to know of it. */
const statements: ReadonlyMap<Origin['kind'] | undefined, Readonly<Record<'quiet' | 'telling', Run>>> = new Map(
  [undefined, 'request' as const, 'element' as const].map((kind) => [
    kind,
    { quiet: statement<Parameters>(textOf(kind, false)), telling: statement<Parameters>(textOf(kind, true)) },
  ]),
)

const Answer = z.object({ ...standingColumns, is_clear: z.boolean() })

/**
 * Stores a change by one statement, if the client still is as it was decided on: its revision, and how it stands with
 * Terraform, which the revision does not cover. Whether anything is sent for it now is read here too.
 *
 * @returns what stands around the client; undefined where it is no longer as it was, or somebody is just writing it: nothing
 *   is stored then
 * @throws ClaimLost where the origin has a change already, or is somebody else's
 */
export const acceptAtOnce = async (
  db: Runs,
  { before, changeId, author, values, warnings, settled, owned, listing, origin, audit }: Decided,
): Promise<ReturnType<typeof standingOf> | undefined> => {
  const { key, terraform, revision } = before
  const tells = owned.length > 0 && (terraform.states.length > 0 || terraform.request !== null)
  const run = statements.get(origin?.kind)?.[tells ? 'telling' : 'quiet']
  const claim = origin?.kind === 'request' ? origin.claim : undefined
  const element = origin?.kind === 'element' ? origin : undefined
  const rows = await run?.(db, {
    ...key,
    revision,
    states: JSON.stringify(terraform.states),
    request: terraform.request && JSON.stringify(terraform.request),
    changeId,
    values: JSON.stringify(values),
    author: JSON.stringify(author),
    warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
    settled,
    base: JSON.stringify(settled ? values : {}),
    owned: JSON.stringify(owned),
    listings: listingsAsJson(listing === undefined ? [] : [{ clientId: key.clientId, listing }]),
    audit: entriesAsJson([audit]),
    caller: claim ? JSON.stringify(claim.caller) : null,
    key: claim?.key ?? null,
    claim: claim?.token ?? null,
    operationId: element?.operationId ?? null,
    place: element?.place ?? null,
  })
  const [row] = parsed(Answer, rows ?? [])
  if (row === undefined) return undefined
  if (!row.is_clear) throw new ClaimLost()
  return standingOf(row)
}
