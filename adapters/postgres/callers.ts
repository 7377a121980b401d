import { sql } from 'kysely'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { z } from 'zod'
import { Grant } from '../../domain/access/grants.ts'
import type { Registered, RegisteredKind } from '../../domain/access/registered.ts'
import type { Author } from '../../domain/vocabulary.ts'
import { recorded } from './audit.ts'
import type { AuditDraft } from './audit-draft.ts'
import { authorColumn, time } from './database/columns.ts'
import { jsonb, parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

/** An entry with the database's time as it was read: one clock decides what has expired, whichever process asks. */
export interface CallerRow {
  readonly entry: Registered
  readonly now: Date
  /** Whether the last use of each secret is so long ago that it should be noted again. */
  readonly useDue: readonly string[]
}

const tables: Readonly<Record<RegisteredKind, RawBuilder<unknown>>> = {
  application: sql.table('nexus.application_tokens'),
  account: sql.table('nexus.service_accounts'),
}

/**
 * The applications or the service accounts of the database. Nothing is cached: a request looks its entry up by an index,
 * so that a revocation holds for every process as soon as it is committed.
 */
const createCallersOfKind = (db: Kysely<Database>, kind: RegisteredKind) => {
  const table = tables[kind]
  const where = async (condition: RawBuilder<unknown>, on: Kysely<Database> = db): Promise<CallerRow[]> => {
    const { rows } = await sql`select *, clock_timestamp() as now from ${table} where ${condition}`.execute(on)
    return parsed(EntryRow, rows).map(toCallerRow)
  }

  return {
    /** By name. */
    list: (): Promise<CallerRow[]> => where(sql`true order by name`),

    /** Undefined where there is none of that name. */
    find: async (name: string): Promise<CallerRow | undefined> => (await where(sql`name = ${name}`))[0],

    /** The entry that has a secret, or had it before a rotation; whether it still counts is in the entry. */
    findBySecret: async (hash: string): Promise<CallerRow | undefined> =>
      (await where(sql`secret_hash = ${hash} or previous_hash = ${hash}`))[0],

    /** @returns undefined where the name is taken, also by one that is revoked */
    create: (given: NewEntry, audit?: AuditDraft): Promise<CallerRow | undefined> =>
      recorded(db, audit, async (trx, decided) => {
        const { rows } = await sql`
        insert into ${table} (name, "grant", secret_hash, secret_made_at, expires_at, created_by)
        values (${given.name}, ${jsonb(given.grant)}, ${given.hash}, clock_timestamp(), ${given.expiresAt},
                ${jsonb(given.createdBy)})
        on conflict (name) do nothing
        returning *, clock_timestamp() as now
      `.execute(trx)
        if (rows.length > 0) await decided()
        return parsed(EntryRow, rows).map(toCallerRow)[0]
      }),

    /**
     * Changes an entry on its locked row.
     *
     * @param decide what becomes of it; what it throws undoes everything
     * @returns undefined where there is none of that name
     */
    change: (
      name: string,
      decide: (entry: Registered, now: Date) => Registered,
      audit?: AuditDraft,
    ): Promise<CallerRow | undefined> =>
      recorded(db, audit, async (trx, decided) => {
        const [found] = await where(sql`name = ${name} for update`, trx)
        const written = found && (await write(trx, table, decide(found.entry, found.now)))
        if (written !== undefined) await decided()
        return written
      }),

    /** Keeps another hash of the same secret, which was used just now, where it still is one of the entry's. */
    rehash: async (name: string, former: string, hash: string): Promise<void> => {
      await sql`
        update ${table} set
          secret_used_at = case when secret_hash = ${former} then clock_timestamp() else secret_used_at end,
          secret_hash = case when secret_hash = ${former} then ${hash} else secret_hash end,
          previous_used_at = case when previous_hash = ${former} then clock_timestamp() else previous_used_at end,
          previous_hash = case when previous_hash = ${former} then ${hash} else previous_hash end
        where name = ${name} and (secret_hash = ${former} or previous_hash = ${former})
      `.execute(db)
    },

    /** Notes that a secret was used just now. */
    noteUse: async (name: string, hash: string): Promise<void> => {
      await sql`
        update ${table} set
          secret_used_at = case when secret_hash = ${hash} then clock_timestamp() else secret_used_at end,
          previous_used_at = case when previous_hash = ${hash} then clock_timestamp() else previous_used_at end
        where name = ${name}
      `.execute(db)
    },
  }
}

export type CallersOfKind = ReturnType<typeof createCallersOfKind>

/** The applications and the service accounts. */
export type CallerStore = Readonly<Record<RegisteredKind, CallersOfKind>>

export const createCallerStore = (db: Kysely<Database>): CallerStore => ({
  application: createCallersOfKind(db, 'application'),
  account: createCallersOfKind(db, 'account'),
})

interface NewEntry {
  readonly name: string
  readonly grant: Grant
  readonly hash: string
  readonly expiresAt: Date | null
  readonly createdBy: Author | null
}

const write = async (
  trx: Transaction<Database>,
  table: RawBuilder<unknown>,
  entry: Registered,
): Promise<CallerRow | undefined> => {
  const { rows } = await sql`
    update ${table} set
      "grant" = ${jsonb(entry.grant)},
      secret_hash = ${entry.secret?.hash ?? null},
      secret_made_at = ${entry.secret?.madeAt ?? null},
      secret_used_at = ${entry.secret?.usedAt ?? null},
      previous_hash = ${entry.previous?.hash ?? null},
      previous_until = ${entry.previous?.until ?? null},
      previous_used_at = ${entry.previous?.usedAt ?? null},
      expires_at = ${entry.expiresAt}, disabled_at = ${entry.disabledAt}, revoked_at = ${entry.revokedAt}
    where name = ${entry.name}
    returning *, clock_timestamp() as now
  `.execute(trx)
  return parsed(EntryRow, rows).map(toCallerRow)[0]
}

const EntryRow = z.object({
  name: z.string(),
  grant: Grant,
  secret_hash: z.string().nullable(),
  secret_made_at: time.nullable(),
  secret_used_at: time.nullable(),
  previous_hash: z.string().nullable(),
  previous_until: time.nullable(),
  previous_used_at: time.nullable(),
  expires_at: time.nullable(),
  disabled_at: time.nullable(),
  revoked_at: time.nullable(),
  created_at: time,
  created_by: authorColumn.nullable(),
  now: time,
})

/** How often the last use of a secret is written down at most. */
export const noteEveryMs = 60_000

const toCallerRow = (row: z.infer<typeof EntryRow>): CallerRow => {
  const { secret_hash: hash, secret_made_at: madeAt, previous_hash: former, previous_until: until } = row
  const secrets = [
    { hash, usedAt: row.secret_used_at },
    { hash: former, usedAt: row.previous_used_at },
  ]
  return {
    entry: {
      name: row.name,
      grant: row.grant,
      secret: hash === null || madeAt === null ? null : { hash, madeAt, usedAt: row.secret_used_at },
      previous: former === null || until === null ? null : { hash: former, until, usedAt: row.previous_used_at },
      expiresAt: row.expires_at,
      disabledAt: row.disabled_at,
      revokedAt: row.revoked_at,
      createdAt: row.created_at,
      createdBy: row.created_by,
    },
    now: row.now,
    useDue: secrets.flatMap(({ hash, usedAt }) =>
      hash === null || (usedAt !== null && row.now.getTime() - usedAt.getTime() < noteEveryMs) ? [] : [hash],
    ),
  }
}
