import { sql } from 'kysely'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { z } from 'zod'
import { auditOutcomes } from '../../domain/access/audit.ts'
import type {
  Actor,
  AuditAction,
  AuditEntry,
  AuditFacts,
  AuditOutcome,
  AuditRecord,
} from '../../domain/access/audit.ts'
import type { StrangerCount } from '../../domain/access/strangers.ts'
import type { AuditDraft } from './audit-draft.ts'
import { integer, told } from './database/columns.ts'
import { jsonb, parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

export const acceptedEntry = (facts: AuditFacts): AuditEntry => ({
  ...facts,
  outcome: 'accepted',
  reason: null,
  missing: null,
})

/** A decision could not be recorded, and was therefore not made. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable'
  constructor(cause: unknown) {
    super('The audit cannot be written.', { cause })
  }
}

/**
 * A transaction that makes a decision true and records it: both, or neither.
 *
 * @param audit undefined where nobody is answerable: a test, a repair
 * @param work calls `decided` where the decision is made, as the last thing it does; nothing is committed before it ends
 * @throws AuditUnavailable with nothing done
 */
export const recorded = async <T>(
  db: Kysely<Database>,
  audit: AuditDraft | undefined,
  work: (trx: Transaction<Database>, decided: (more?: Partial<AuditFacts>) => Promise<void>) => Promise<T>,
): Promise<T> => {
  let kept = false
  const result = await db.transaction().execute((trx) =>
    work(trx, async (more = {}) => {
      if (audit === undefined) return
      audit.note(more)
      await insertEntries(trx, [acceptedEntry(audit.facts())])
      kept = true
    }),
  )
  if (kept) audit?.stored()
  return result
}

/** An entry as the members of a JSON object. */
const members = sql`(tenant_id text, actor_kind text, actor_id text, application text, address inet, request_id text,
  action text, target text, change_id uuid, outcome text, reason text, missing text, count bigint)`

const storing = (entries: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into nexus.audit (tenant_id, actor_kind, actor_id, application, address, request_id, action, target, change_id,
                           outcome, reason, missing, count)
  ${entries}`

/** The statement that stores the entries in a table's column `audit`, as a part of the one that makes decisions true. */
export const entriesOf = (table: RawBuilder<unknown>): RawBuilder<unknown> =>
  storing(sql`select e.* from ${table} s cross join lateral jsonb_to_record(s.audit) as e${members}`)

/** PostgreSQL's text has no NUL and no half characters, and a name that somebody's issuer signed is no reason to lose a record. */
const text = (value: string | null | undefined): string | null =>
  value?.replaceAll('\0', '\u{FFFD}').toWellFormed() ?? null

export const entryAsJson = (entry: AuditEntry): object => ({
  tenant_id: text(entry.tenantId),
  actor_kind: entry.actor?.kind,
  actor_id: text(entry.actor?.id),
  application: text(entry.actor?.application),
  address: entry.address,
  request_id: text(entry.requestId),
  action: entry.action,
  target: text(entry.target),
  change_id: entry.changeId,
  outcome: entry.outcome,
  reason: entry.reason,
  missing: text(entry.missing),
  count: entry.count,
})

/** Stores entries with what they are about, in its transaction. @throws AuditUnavailable */
export const insertEntries = async (db: Kysely<Database>, entries: readonly AuditEntry[]): Promise<void> => {
  try {
    await storing(sql`select e.* from jsonb_to_recordset(${jsonb(entries.map(entryAsJson))}) as e${members}`).execute(
      db,
    )
  } catch (error) {
    throw new AuditUnavailable(error)
  }
}

const insertCounts = async (db: Kysely<Database>, counts: readonly StrangerCount[]): Promise<void> => {
  const action: AuditFacts['action'] = 'request.unauthenticated'
  try {
    await sql`
      insert into nexus.audit (action, outcome, address, reason, count)
      select ${action}, 'refused', * from unnest(
        ${counts.map(({ network }) => network)}::inet[], ${counts.map(({ reason }) => reason)}::text[],
        ${counts.map(({ count }) => count)}::bigint[])
    `.execute(db)
  } catch (error) {
    throw new AuditUnavailable(error)
  }
}

/** Which records are asked for. Comparison is exact; an absent filter lets everything through. */
export interface AuditFilter {
  /** Null for those that are about no tenant; undefined for every tenant's. */
  readonly tenantId?: string | null | undefined
  /** From then on, and before then: ISO 8601. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly outcome?: AuditOutcome | undefined
  readonly target?: string | undefined
}

/** Where a page ended: the next one begins after it. */
export type AuditPlace = Pick<AuditRecord, 'at' | 'id'>

/** Records written in one statement at the most: one connection carries a flood of refusals. */
const atOnce = 200
const pageSize = 1000

/** The records of decisions: written, read, and after their time forgotten. */
export const createAudit = (db: Kysely<Database>) => {
  const waiting: {
    readonly entry: AuditEntry
    readonly done: () => void
    readonly failed: (error: unknown) => void
  }[] = []
  let writing = false
  /** One statement at a time, with everything that came while the last one was under way. */
  const write = async (): Promise<void> => {
    if (writing) return
    writing = true
    for (let batch = waiting.splice(0, atOnce); batch.length > 0; batch = waiting.splice(0, atOnce))
      try {
        await insertEntries(
          db,
          batch.map(({ entry }) => entry),
        )
        for (const { done } of batch) done()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    writing = false
  }

  /** A page of records, from one end of time to the other. */
  const page = async (
    filter: AuditFilter,
    {
      limit,
      after,
      newestFirst,
    }: { readonly limit: number; readonly after?: AuditPlace; readonly newestFirst: boolean },
  ): Promise<AuditRecord[]> => {
    const direction = newestFirst ? sql`desc` : sql`asc`
    const { rows } = await sql`
      select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, tenant_id, actor_kind, actor_id,
             application, abbrev(address) as address, request_id, action, target, change_id, outcome, reason, missing, count
      from nexus.audit
      where ${matching(filter)} and ${beyond(after, newestFirst)}
      order by nexus.audit.at ${direction}, id ${direction} limit ${limit}
    `.execute(db)
    return parsed(RecordRow, rows).map(toRecord)
  }

  return {
    /** Stores an entry; resolves when it is safe. @throws AuditUnavailable */
    store: (entry: AuditEntry): Promise<void> =>
      new Promise((done, failed) => {
        waiting.push({ entry, done, failed })
        void write()
      }),

    /** Stores counts of requests without valid credentials. @throws AuditUnavailable with none of them stored */
    storeCounts: (counts: readonly StrangerCount[]): Promise<void> => insertCounts(db, counts),

    page,

    /** Every record of a filter, oldest first, a page at a time: never more than that is in memory. */
    pages: async function* (filter: AuditFilter): AsyncGenerator<AuditRecord[], void, void> {
      let after: AuditPlace | undefined
      for (;;) {
        const records = await page(filter, { limit: pageSize, newestFirst: false, ...(after && { after }) })
        if (records.length > 0) yield records
        after = records.at(-1)
        if (records.length < pageSize) return
      }
    },

    /** Forgets some of the records whose time is over. @returns how many */
    forget: async (limit: number): Promise<number> => {
      const { rows } = await sql`select nexus.audit_forget(${limit}) as gone`.execute(db)
      return parsed(GoneRow, rows)[0]?.gone ?? 0
    },
  }
}

export type Audit = ReturnType<typeof createAudit>

const is = (column: RawBuilder<unknown>, wanted: string | undefined): RawBuilder<unknown> =>
  sql`(${wanted ?? null}::text is null or ${column} = ${wanted ?? null})`

/** One text for each index that is read, whatever else is asked for: statements are prepared, and kept. */
const matching = (filter: AuditFilter): RawBuilder<unknown> => {
  const { tenantId, since, until, actor, action, outcome, target } = filter
  const ofTenant =
    tenantId === undefined ? sql`true` : tenantId === null ? sql`tenant_id is null` : sql`tenant_id = ${tenantId}`
  return sql`${ofTenant} and at >= ${since ?? '-infinity'}::timestamptz and at < ${until ?? 'infinity'}::timestamptz
    and ${is(sql`actor_id`, actor)} and ${is(sql`action`, action)} and ${is(sql`outcome`, outcome)}
    and ${is(sql`target`, target)}`
}

const beyond = (after: AuditPlace | undefined, newestFirst: boolean): RawBuilder<unknown> => {
  const { at, id } = after ?? { at: newestFirst ? 'infinity' : '-infinity', id: 0 }
  return sql`(at, id) ${newestFirst ? sql`<` : sql`>`} (${at}::timestamptz, ${id}::bigint)`
}

const GoneRow = z.object({ gone: integer })

const RecordRow = z.object({
  id: integer,
  at: z.string(),
  tenant_id: z.string().nullable(),
  actor_kind: told<Actor['kind']>().nullable(),
  actor_id: z.string().nullable(),
  application: z.string().nullable(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  action: told<AuditAction>(),
  target: z.string().nullable(),
  change_id: z.string().nullable(),
  outcome: z.enum(auditOutcomes),
  reason: z.string().nullable(),
  missing: z.string().nullable(),
  count: integer.nullable(),
})

const toRecord = (row: z.infer<typeof RecordRow>): AuditRecord => ({
  id: row.id,
  at: row.at,
  tenantId: row.tenant_id,
  actor:
    row.actor_kind === null || row.actor_id === null
      ? null
      : { kind: row.actor_kind, id: row.actor_id, application: row.application },
  address: row.address,
  requestId: row.request_id,
  action: row.action,
  target: row.target,
  changeId: row.change_id,
  outcome: row.outcome,
  reason: row.reason,
  missing: row.missing,
  count: row.count,
})
