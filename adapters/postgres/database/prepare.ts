import type { Kysely } from 'kysely'
import { grantTo, keepAuditFor, roleOf } from './grants.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { SchemaOutdated } from './schema-outdated.ts'
import type { Database } from './schema.ts'
import { isForbidden } from './sqlstate.ts'

/**
 * Brings Nexus' schema up to date, where there is anything to do.
 *
 * @param db as the owner of the tables, or as a role that may become it
 * @returns the migrations that were applied now
 * @throws SchemaOutdated where the role may not
 */
export const bringUpToDate = async (db: Kysely<Database>): Promise<string[]> => {
  try {
    return (await pendingMigrations(db)).length === 0 ? [] : await migrate(db)
  } catch (error) {
    if (!isForbidden(error)) throw error
    const { name } = await roleOf(db)
    throw new SchemaOutdated(
      `The database's schema is not up to date, and its role ${name} may not change it. Run \`nexus migrate\` with ` +
        'database.adminUrl, the URL of the role that owns the tables: it also grants this role what it needs.',
      { cause: error },
    )
  }
}

/**
 * What follows a migration: the time that the audit is kept, and the rights of the role that Nexus runs as.
 *
 * @param owner as the owner of the tables
 * @param running as the role that Nexus runs as
 * @returns whether the audit is out of the running role's reach; otherwise only triggers protect it
 * @throws SchemaOutdated where the two lead to different databases
 */
export const settleRights = async (
  owner: Kysely<Database>,
  running: Kysely<Database>,
  keepMs: number,
): Promise<boolean> => {
  if (!(await roleOf(owner)).owns) return true
  await keepAuditFor(owner, keepMs)
  const { name, owns } = await roleOf(running)
  if (owns) return false
  await grantTo(owner, name)
  if ((await pendingMigrations(running)).length > 0)
    throw new SchemaOutdated('database.url and database.adminUrl lead to different databases. Make them one.')
  return true
}
