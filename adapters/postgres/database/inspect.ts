import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { DatabaseFacts } from '../../../domain/installation/installation.ts'
import type { ReplicationFacts } from '../../../domain/installation/replication.ts'
import { pendingMigrations, unknownMigrations, unmetNeeds } from './migrate.ts'
import { integer } from './columns.ts'
import { replicationOf } from './replication.ts'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'

/** What `nexus doctor` wants to know of a database. */
interface Inspection extends DatabaseFacts {
  /** How far its clock is ahead of this machine's, milliseconds. */
  readonly skewMs: number
  /** How many versions of states each key has sealed. */
  readonly sealed: ReadonlyMap<string, number>
  readonly replication: ReplicationFacts
  /** The same for every way to one database of one server, and for no other. */
  readonly identity: string
}

/** The tables without which nothing works; what else there is may be closed to some users on purpose. */
const heart = ['tenants', 'clients', 'changes']

/** Looks at a database, whatever its state, and changes nothing. @throws the database's error */
export const inspect = async (db: Kysely<Database>): Promise<Inspection> => {
  const asked = Date.now()
  const { rows } = await sql`
    select current_setting('server_version_num')::int as version,
           pg_is_in_recovery() as replica,
           coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = 'nexus'),
                    has_database_privilege(current_database(), 'create')) as may_migrate,
           to_regclass('nexus.terraform_state_versions') is not null as keeps_states,
           extract(epoch from clock_timestamp())::float8 * 1000 as now,
           concat_ws(' ', extract(epoch from pg_postmaster_start_time()), current_database()) as identity`.execute(db)
  const skewFrom = (asked + Date.now()) / 2
  const [row] = parsed(InspectionRow, rows)
  if (row === undefined) throw new Error('The database answered nothing.')
  return {
    version: row.version,
    readOnly: row.replica,
    unapplied: await pendingMigrations(db),
    unknown: await unknownMigrations(db),
    needed: await unmetNeeds(db),
    mayMigrate: row.may_migrate,
    denied: await deniedIn(db),
    skewMs: row.now - skewFrom,
    sealed: row.keeps_states ? await sealedIn(db) : new Map(),
    replication: await replicationOf(db),
    identity: row.identity,
  }
}

const InspectionRow = z.object({
  version: integer,
  replica: z.boolean(),
  may_migrate: z.boolean(),
  keeps_states: z.boolean(),
  now: z.number(),
  identity: z.string(),
})
const TableRow = z.object({ name: z.string() })
const KeyRow = z.object({ id: z.string(), count: integer })

const deniedIn = async (db: Kysely<Database>): Promise<string[]> => {
  const { rows } = await sql`
    select relname as name from pg_class join pg_namespace n on n.oid = relnamespace
    where nspname = 'nexus' and relkind = 'r' and relname = any(${heart}) and not (
      has_schema_privilege(n.oid, 'usage') and has_table_privilege(pg_class.oid, 'select') and
      has_table_privilege(pg_class.oid, 'insert') and has_table_privilege(pg_class.oid, 'update') and
      has_table_privilege(pg_class.oid, 'delete'))
    order by relname`.execute(db)
  return parsed(TableRow, rows).map(({ name }) => `nexus.${name}`)
}

const sealedIn = async (db: Kysely<Database>): Promise<ReadonlyMap<string, number>> => {
  const { rows } = await sql`
    select key_id as id, count(*)::int as count from nexus.terraform_state_versions group by key_id`.execute(db)
  return new Map(parsed(KeyRow, rows).map(({ id, count }) => [id, count]))
}

/** The tables that hold what was sealed, and whose keys those are. */
const sealing = { states: 'terraform_state_versions', sessions: 'console_sessions' } as const

/** The keys that what is kept was sealed with, by their fingerprints; none of a table that an older schema lacks. */
export const sealedWith = async (db: Kysely<Database>): Promise<Readonly<Record<keyof typeof sealing, string[]>>> => {
  const idsIn = async (table: string): Promise<string[]> => {
    const { rows } = await sql`
      select relname as name from pg_class join pg_namespace n on n.oid = relnamespace
      where nspname = 'nexus' and relname = ${table}`.execute(db)
    if (rows.length === 0) return []
    const found = await sql`select distinct key_id as name from nexus.${sql.raw(table)} order by 1`.execute(db)
    return parsed(TableRow, found.rows).map(({ name }) => name)
  }
  return { states: await idsIn(sealing.states), sessions: await idsIn(sealing.sessions) }
}
