import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { Refusal } from '../../../domain/changes/refusal.ts'
import type { Issue } from '../../../domain/texts/json-text.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { Author, Caller, ChangeStatus, ClientKey } from '../../../domain/vocabulary.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { listingStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { authorColumn, integer, issuesColumn, refusalColumn, statusColumn, time } from '../database/columns.ts'
import { settledChannel } from '../database/notifications.ts'
import { clientEvent } from '../events/happened.ts'
import { parsed } from '../database/rows.ts'
import { readRecord, waiting, waitingOf } from '../clients/client-record.ts'
import type { ClientRecord, Waiting } from '../clients/client-record.ts'
import type { Database } from '../database/schema.ts'

/** One accepted PATCH: who, what, when, and what came of it. */
export interface Change {
  readonly id: string
  readonly key: ClientKey
  readonly generation: number
  readonly values: Values
  /** What its fields were when it was accepted; null where that was not kept. */
  readonly before: Values | null
  readonly status: ChangeStatus
  readonly author: Author
  readonly acceptedAt: Date
  readonly settledAt: Date | null
  readonly refusal: Refusal | null
  readonly supersededBy: string | null
  /** What of it may not work, as it was said when it was accepted. */
  readonly warnings: readonly Issue[]
}

export const authorOf = (caller: Caller): Author => ({
  kind: caller.kind,
  id: caller.id,
  application: caller.application,
})

/** Reads of changes. */
export const createChanges = (db: Kysely<Database>, keysOf: KeysOf) => ({
  /** One change of a tenant; undefined where there is none of that id. */
  find: async (tenantId: string, id: string): Promise<Change | undefined> => {
    const { rows } = await sql`
      select * from nexus.changes where id = ${id} and tenant_id = ${tenantId}
    `.execute(db)
    return parsed(ChangeRow, rows).map(toChange)[0]
  },

  /**
   * A page of a client's changes, newest first.
   *
   * @param before the generation below which the page begins; undefined for the newest
   */
  list: async ({ tenantId, clientId }: ClientKey, limit: number, before?: number): Promise<Change[]> => {
    const { rows } = await sql`
      select * from nexus.changes
      where tenant_id = ${tenantId} and client_id = ${clientId}
        ${before === undefined ? sql`` : sql`and generation < ${before}`}
      order by generation desc limit ${limit}
    `.execute(db)
    return parsed(ChangeRow, rows).map(toChange)
  },

  /**
   * Takes a change back that still waits: one transaction on the locked row of its client. What it would have brought
   * leaves the desired state with it, as that is never stored.
   *
   * @param mayBe looks at the locked row, and throws where the change may not be taken back; nothing is done then
   * @returns `under-way` while a call that may carry it is under way; `settled` where it no longer waits
   */
  withdraw: (
    { id, key }: Pick<Change, 'id' | 'key'>,
    audit?: AuditDraft,
    mayBe: (state: ClientRecord) => void = () => undefined,
  ): Promise<'withdrawn' | 'under-way' | 'settled'> =>
    recorded(db, audit, async (trx, decided) => {
      const { rows } = await sql`
        select coalesce(lease_until > clock_timestamp(), false) as under_way from nexus.clients
        where tenant_id = ${key.tenantId} and client_id = ${key.clientId} for update
      `.execute(trx)
      const before = await readRecord(trx, key, false)
      if (before !== undefined) mayBe(before)
      if (parsed(UnderWayRow, rows)[0]?.under_way === true) return 'under-way'
      const withdrawn = await sql`
        update nexus.changes set status = 'withdrawn', settled_at = clock_timestamp()
        where id = ${id} and status = 'accepted'
      `.execute(trx)
      if (withdrawn.numAffectedRows !== 1n) return 'settled'
      // A call whose answer was lost may have brought it all the same: the client is read again, and what a late write
      // left is repaired. Where nothing waits any more, there is nothing left to fail.
      await sql`
        with waiting as (
          select min(h.generation) as oldest from nexus.changes h
          where h.tenant_id = ${key.tenantId} and h.client_id = ${key.clientId} and h.status = 'accepted'
        ), written as (
          update nexus.clients c
          set revision = revision + 1, written_at = clock_timestamp(),
              settled_generation = coalesce(waiting.oldest - 1, c.generation),
              -- A holder whose lease has run out could otherwise still settle what it read.
              lease_token = null, lease_until = null,
              verify_at = case when attempt_deadline is null then verify_at else clock_timestamp() end,
              failures = case when waiting.oldest is null then 0 else failures end,
              last_failure = case when waiting.oldest is null then null else last_failure end,
              next_try_at = case when waiting.oldest is null then null else next_try_at end,
              stalled_at = case when waiting.oldest is null then null else stalled_at end,
              updated_at = date_trunc('milliseconds', clock_timestamp())
          from waiting
          where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
          returning revision
        ) ${clientEvent(key, 'change.withdrawn', sql`written`)}
      `.execute(trx)
      const pending = before?.pending.filter((change) => change.id !== id) ?? []
      const listing =
        before && !before.vanished ? listingChange(before, { ...before, pending }, keysOf(key.tenantId)) : undefined
      if (listing) await listingStatement(key.tenantId, [{ clientId: key.clientId, listing }]).execute(trx)
      await sql`select pg_notify(${settledChannel}, ${id}::text)`.execute(trx)
      await decided({ changeId: id })
      return 'withdrawn'
    }),

  /**
   * How many changes of a tenant wait, and how many of them are of one author.
   *
   * @param most where counting ends
   */
  waiting: async (tenantId: string, { kind, id }: Pick<Author, 'kind' | 'id'>, most: number): Promise<Waiting> => {
    const { rows } = await sql`
      select ${waitingOf(sql`${tenantId}`, sql`author`)} as waiting
      from (select ${kind}::text as kind, ${id}::text as id, ${most}::integer as most) as author
    `.execute(db)
    return parsed(WaitingRow, rows)[0]?.waiting ?? { all: 0, own: 0 }
  },

  /** Values of a client's newest changes, to recognise a late write by. */
  recentValues: async ({ tenantId, clientId }: ClientKey): Promise<Values[]> => {
    const { rows } = await sql`
      select "values" from nexus.changes
      where tenant_id = ${tenantId} and client_id = ${clientId}
      order by generation desc limit 100
    `.execute(db)
    return parsed(ValuesRow, rows).map((row) => row.values)
  },

  /**
   * Forgets some of the changes that were settled before a time, and that no operation still tells of. What they confirmed
   * stands in the client's row.
   *
   * @returns how many
   */
  expire: async (settledBefore: Date, limit: number): Promise<number> => {
    const { rows } = await sql`
      delete from nexus.changes where id in (
        select h.id from nexus.changes h
        where h.status <> 'accepted' and h.settled_at < ${settledBefore}
          and not exists (select from nexus.operation_elements e where e.change_id = h.id)
        order by h.settled_at limit ${limit} for update skip locked)
      returning 1
    `.execute(db)
    return rows.length
  },
})

export type Changes = ReturnType<typeof createChanges>

const UnderWayRow = z.object({ under_way: z.boolean() })
const WaitingRow = z.object({ waiting })
const ValuesRow = z.object({ values: Values })

/** A row of `nexus.changes`. */
export const ChangeRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  client_id: z.string(),
  generation: integer,
  values: Values,
  before: Values.nullable(),
  status: statusColumn,
  author: authorColumn,
  accepted_at: time,
  settled_at: time.nullable(),
  refusal: refusalColumn.nullable(),
  superseded_by: z.string().nullable(),
  warnings: issuesColumn.nullable(),
})

export const toChange = (row: z.infer<typeof ChangeRow>): Change => ({
  id: row.id,
  key: { tenantId: row.tenant_id, clientId: row.client_id },
  generation: row.generation,
  values: row.values,
  before: row.before,
  status: row.status,
  author: row.author,
  acceptedAt: row.accepted_at,
  settledAt: row.settled_at,
  refusal: row.refusal,
  supersededBy: row.superseded_by,
  warnings: row.warnings ?? [],
})
