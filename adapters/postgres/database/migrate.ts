import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { z } from 'zod'
import { codeOf } from '../../../domain/shape.ts'
import { apart, migrations } from './migrations.ts'
import { parsed } from './rows.ts'
import { SchemaBusy } from './schema-outdated.ts'
import type { Database } from './schema.ts'

/** The migrations that a database lacks, by name. It is only read for it. */
export const pendingMigrations = async (db: Kysely<Database>): Promise<string[]> => {
  const applied = await appliedMigrations(db)
  return Object.keys(migrations).filter((name) => !applied.includes(name))
}

/** The newest migration of a database; null where there is none. */
export const newestMigration = async (db: Kysely<Database>): Promise<string | null> =>
  (await appliedMigrations(db)).at(-1) ?? null

/** Whether this program knows a migration. */
export const knowsMigration = (name: string): boolean => Object.hasOwn(migrations, name)

/** The migrations of a database that this program does not know: a newer one has been there. It is only read for it. */
export const unknownMigrations = async (db: Kysely<Database>): Promise<string[]> =>
  (await appliedMigrations(db)).filter((name) => !knowsMigration(name))

/** The migrations that a program has to know to work with a database, and this one does not. It is only read for it. */
export const unmetNeeds = async (db: Kysely<Database>): Promise<string[]> =>
  (await namesIn(db, 'nexus.schema_needs', 'migration')).filter((name) => !knowsMigration(name))

const TableRow = z.object({ known: z.boolean() })
const NameRow = z.object({ name: z.string() })

/** What stands in a column of a table, in order; nothing where there is no such table yet. */
const namesIn = async (db: Kysely<Database>, table: string, column: string): Promise<string[]> => {
  const { rows } = await sql`select to_regclass(${table}) is not null as known`.execute(db)
  if (parsed(TableRow, rows)[0]?.known !== true) return []
  const found = await sql`select ${sql.ref(column)} as name from ${sql.table(table)} order by 1`.execute(db)
  return parsed(NameRow, found.rows).map(({ name }) => name)
}

const appliedMigrations = (db: Kysely<Database>): Promise<string[]> => namesIn(db, 'nexus_migrations', 'name')

/** How long a migration waits for a lock before it lets those through who wait behind it, and tries again. */
export interface Patience {
  readonly lockMs: number
  /** Pauses between the tries; milliseconds. */
  readonly pausesMs: readonly number[]
}

/** A minute and a half in all. */
const usual: Patience = { lockMs: 2000, pausesMs: [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000] }

/** What the next attempt need not meet: a lock, a deadlock, another program that was just applying the same. */
const passing = new Set(['55P03', '40P01', '25001', '23505'])

/**
 * Brings the schema to the newest version; several programs may do it at once (Kysely takes a lock). Whoever uses the
 * database meanwhile waits for moments only.
 *
 * @returns the names of the migrations that were applied now
 * @throws SchemaBusy where others held locks for too long; the database's error, with nothing of the failed migration kept
 */
export const migrate = async (db: Kysely<Database>, { lockMs, pausesMs }: Patience = usual): Promise<string[]> => {
  const prepared = Object.entries(migrations).map(([name, migration]): [string, Migration] => [
    name,
    { up: apart.has(name) ? alone(migration) : bounded(migration, lockMs) },
  ])
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(Object.fromEntries(prepared)) },
    migrationTableName: 'nexus_migrations',
    migrationLockTableName: 'nexus_migrations_lock',
    // Those that were made side by side may come in any order.
    allowUnorderedMigrations: true,
  })
  const applied: string[] = []
  const pauses = [...pausesMs]
  for (let pending = await pendingMigrations(db); pending.length > 0; pending = await pendingMigrations(db)) {
    const together = nextOf(pending)
    const disableTransactions = together.some((name) => apart.has(name))
    // None can be taken back: what another program has done meanwhile stays.
    const { error, results = [] } = await migrator.migrateTo(together.at(-1) ?? '', { disableTransactions })
    if (error === undefined) {
      applied.push(...results.flatMap(({ migrationName, status }) => (status === 'Success' ? [migrationName] : [])))
      continue
    }
    if (!passing.has(codeOf(error) ?? ''))
      throw error instanceof Error ? error : new Error('The migration failed.', { cause: error })
    const pause = pauses.shift()
    if (pause === undefined) throw new SchemaBusy(together, { cause: error })
    await sleep(pause)
  }
  return applied
}

/**
 * What is applied next: one migration, in its own transaction. Whoever waited for a second table with the lock of a first one
 * would meet somebody who reads both in the other order, and PostgreSQL would end that reading. A database that nobody uses yet
 * is made in one transaction, up to the next migration that is apart.
 */
const nextOf = (pending: readonly string[]): readonly string[] => {
  if (pending.length < Object.keys(migrations).length) return pending.slice(0, 1)
  const first = pending.findIndex((name) => apart.has(name))
  return pending.slice(0, first < 0 ? pending.length : Math.max(1, first))
}

/** In a transaction: waits for no lock for longer, and works for as long as it takes. */
const bounded =
  (migration: Migration, lockMs: number): Migration['up'] =>
  async (trx: Kysely<unknown>) => {
    await sql`set local lock_timeout = ${sql.lit(`${lockMs}ms`)}`.execute(trx)
    await sql`set local statement_timeout = 0`.execute(trx)
    await migration.up(trx)
  }

/** Serialises what is done in no transaction. */
const aloneKey = 0x6e_78_6d_67
const AloneRow = z.object({ alone: z.boolean() })

/** In no transaction, and never twice at once: two that make an index of one table wait for each other. */
const alone =
  (migration: Migration): Migration['up'] =>
  async (db: Kysely<unknown>) => {
    const { rows } = await sql`select pg_try_advisory_lock(${aloneKey}) as alone`.execute(db)
    if (parsed(AloneRow, rows)[0]?.alone !== true) throw Object.assign(new Error('Another does it.'), { code: '55P03' })
    try {
      await sql`set statement_timeout = 0`.execute(db)
      await migration.up(db)
    } finally {
      await sql`reset statement_timeout`.execute(db)
      await sql`select pg_advisory_unlock(${aloneKey})`.execute(db)
    }
  }
