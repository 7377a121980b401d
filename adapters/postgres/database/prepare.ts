import type { Kysely } from 'kysely'
import { grantTo, keepAuditFor, roleOf } from './grants.ts'
import { migrate, pendingMigrations, unknownMigrations, unmetNeeds } from './migrate.ts'
import { SchemaOutdated, SchemaTooNew } from './schema-outdated.ts'
import type { Database } from './schema.ts'
import { isForbidden } from '../servers/sqlstate.ts'

/**
 * Brings Nexus' schema up to date, where there is anything to do. One that a newer version has brought further is left as it
 * is: as long as that has only added to it, this version works with it.
 *
 * @param db as the owner of the tables, or as a role that may become it
 * @returns the migrations that were applied now
 * @throws SchemaTooNew where a newer version has taken away what this one needs; SchemaOutdated where the role may not
 */
export const bringUpToDate = async (db: Kysely<Database>): Promise<string[]> => {
  try {
    const unmet = await unmetNeeds(db)
    if (unmet.length > 0) throw new SchemaTooNew(unmet)
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
  // What a newer version has granted is more than this one knows of.
  if (!owns && (await unknownMigrations(owner)).length === 0) await grantTo(owner, name)
  if ((await pendingMigrations(running)).length > 0)
    throw new SchemaOutdated(
      'database.url leads to another database than database.adminUrl or database.directUrl. Set all of them to the same database.',
    )
  return !owns
}
