import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { z } from 'zod'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'
import { clientsAndChanges } from './migrations/0001-clients-and-changes.ts'
import { terraform } from './migrations/0002-terraform.ts'
import { callers } from './migrations/0003-callers.ts'
import { requests } from './migrations/0004-requests.ts'
import { audit } from './migrations/0005-audit.ts'
import { clientLists } from './migrations/0006-client-lists.ts'
import { namedStates } from './migrations/0007-named-states.ts'
import { boundedGrowth } from './migrations/0008-bounded-growth.ts'
import { declaredClients } from './migrations/0009-declared-clients.ts'
import { unlockedWrites } from './migrations/0010-unlocked-writes.ts'
import { listedDrift } from './migrations/0011-listed-drift.ts'
import { warnings } from './migrations/0012-warnings.ts'
import { leftOut } from './migrations/0013-left-out.ts'
import { configuredCallers } from './migrations/0014-configured-callers.ts'
import { servedTenants } from './migrations/0015-served-tenants.ts'
import { consoleSessions } from './migrations/0016-console-sessions.ts'
import { events } from './migrations/0017-events.ts'
import { valuesBefore } from './migrations/0018-values-before.ts'
import { lagByWaking } from './migrations/0020-lag-by-waking.ts'

/** Every migration, in order. A name is never changed once it has been released. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-clients-and-changes': clientsAndChanges,
  '0002-terraform': terraform,
  '0003-callers': callers,
  '0004-requests': requests,
  '0005-audit': audit,
  '0006-client-lists': clientLists,
  '0007-named-states': namedStates,
  '0008-bounded-growth': boundedGrowth,
  '0009-declared-clients': declaredClients,
  '0010-unlocked-writes': unlockedWrites,
  '0011-listed-drift': listedDrift,
  '0012-warnings': warnings,
  '0013-left-out': leftOut,
  '0014-configured-callers': configuredCallers,
  '0015-served-tenants': servedTenants,
  '0016-console-sessions': consoleSessions,
  '0017-events': events,
  '0018-values-before': valuesBefore,
  '0020-lag-by-waking': lagByWaking,
}

/** The migrations that a database lacks, by name. It is only read for it. */
export const pendingMigrations = async (db: Kysely<Database>): Promise<string[]> => {
  const applied = await appliedMigrations(db)
  return Object.keys(migrations).filter((name) => !applied.includes(name))
}

/** The migrations of a database that this program does not know: a newer one has been there. It is only read for it. */
export const unknownMigrations = async (db: Kysely<Database>): Promise<string[]> =>
  (await appliedMigrations(db)).filter((name) => !Object.hasOwn(migrations, name))

const TableRow = z.object({ known: z.boolean() })
const AppliedRow = z.object({ name: z.string() })

const appliedMigrations = async (db: Kysely<Database>): Promise<string[]> => {
  const { rows } = await sql`
    select to_regclass('nexus_migrations') is not null as known
  `.execute(db)
  if (parsed(TableRow, rows)[0]?.known !== true) return []
  const applied = await sql`select name from nexus_migrations order by name`.execute(db)
  return parsed(AppliedRow, applied.rows).map(({ name }) => name)
}

/**
 * Brings the schema to the newest version; several programs may do it at once (Kysely takes a lock).
 *
 * @returns the names of the migrations that were applied now
 * @throws the database's error, with nothing of the failed migration kept
 */
export const migrate = async (db: Kysely<Database>): Promise<string[]> => {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: 'nexus_migrations',
    migrationLockTableName: 'nexus_migrations_lock',
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) throw error instanceof Error ? error : new Error('The migration failed.', { cause: error })
  return results.map(({ migrationName }) => migrationName)
}
