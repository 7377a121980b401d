import type { Configuration } from '../adapters/config/configuration.ts'
import { startEmbedded } from '../adapters/embedded-postgres/embedded.ts'
import type { Serving } from '../adapters/embedded-postgres/presence.ts'
import type { Log } from '../adapters/log/log.ts'
import type { ClientLists } from '../adapters/postgres/clients/client-lists.ts'
import type { KeysOf } from '../adapters/postgres/clients/listing-rows.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import type { PoolOptions, Postgres } from '../adapters/postgres/database/connect.ts'
import { keepAuditFor, roleOf } from '../adapters/postgres/database/grants.ts'
import { pendingMigrations, unknownMigrations, unmetNeeds } from '../adapters/postgres/database/migrate.ts'
import { reach } from '../adapters/postgres/servers/reach.ts'
import { bringUpToDate, settleRights } from '../adapters/postgres/database/prepare.ts'
import { createNamedStates } from '../adapters/postgres/terraform/named-states.ts'
import { stopIfElsewhere } from '../adapters/postgres/tenants/restored.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import { isQueueOutdated, migrateQueue } from '../adapters/queue/on-postgres.ts'

/** How a process comes to a database that fits its configuration. */

/** The ways to a database that can be used. */
interface OpenDatabase {
  readonly url: string
  /** For what needs a session: LISTEN, migrations, and whoever looks in from outside. The same without a pooler. */
  readonly directUrl: string
  /** Whether a pooler stands behind `url` that gives each transaction a session. */
  readonly pooled: boolean
  readonly close: () => Promise<void>
}

/**
 * The database of the configuration: the one at its URL, or the embedded one, started or joined.
 *
 * @param serving what a process does that goes on with it; a command that only visits leaves it out
 * @throws DatabaseUnusable, EmbeddedUnusable with the remedy
 */
export const openDatabase = async (
  { database }: Pick<Configuration, 'database'>,
  say: (note: string) => void,
  serving?: Serving,
): Promise<OpenDatabase> => {
  if ('url' in database) {
    const { url, directUrl } = database
    const pooled = database.pooler === 'transaction'
    await reach(url, 'database.url', !pooled)
    if (directUrl !== null) await reach(directUrl, 'database.directUrl')
    return { url, directUrl: directUrl ?? url, pooled, close: () => Promise.resolve() }
  }
  const embedded = await startEmbedded(database.embedded, serving)
  embedded.notes.forEach(say)
  return { url: embedded.url, directUrl: embedded.url, pooled: false, close: embedded.stop }
}

/** The names of each tenant's metadata keys. */
export const metadataKeysOf =
  ({ tenants }: Pick<Configuration, 'tenants'>): KeysOf =>
  (tenantId) => {
    const tenant = tenants.find(({ id }) => id === tenantId)
    if (tenant === undefined) throw new Error(`The tenant ${tenantId} is not configured.`)
    return tenant.metadataKeys
  }

/** Listings that are rebuilt together. */
const rebuiltAtOnce = 500

/** Brings the lists of every tenant up to the configuration: they are right before anybody can ask. */
export const rebuildAll = async (lists: ClientLists, { tenants }: Configuration, log: Log): Promise<void> => {
  for (const { id, metadataKeys } of tenants) {
    let clients = 0
    for (let found = rebuiltAtOnce; found === rebuiltAtOnce; clients += found)
      found = await lists.rebuildStale(id, metadataKeys, rebuiltAtOnce)
    if (clients > 0) log.info({ tenantId: id, clients }, 'lists rebuilt with the metadata keys of the configuration')
  }
}

/** The two roles that a configuration works with; one, where the running role owns the tables. */
interface RolePair {
  readonly owner: Postgres
  readonly running: Postgres
}

/** Where the roles of a configuration come to the database. */
export type Ways = Omit<OpenDatabase, 'close'>

const withRoles = async <T>(
  { url, directUrl, pooled }: Ways,
  { database }: Pick<Configuration, 'database'>,
  log: Log,
  work: (roles: RolePair, ownerUrl: string) => Promise<T>,
): Promise<T> => {
  // An index is made for as long as it takes: whoever migrates waits for it.
  const open = (to: string, options: PoolOptions = { answersWithinMs: 0 }) =>
    connect(to, (error) => log.error({ err: error }, 'database connection lost'), { size: 1, ...options })
  const adminUrl = 'adminUrl' in database ? database.adminUrl : null
  if (adminUrl !== null) await reach(adminUrl, 'database.adminUrl')
  const ownerUrl = adminUrl ?? directUrl
  const running = ownerUrl === url ? open(url) : open(url, { pooled })
  const owner = ownerUrl === url ? running : open(ownerUrl)
  try {
    return await work({ owner, running }, ownerUrl)
  } finally {
    await running.close()
    if (owner !== running) await owner.close()
  }
}

/**
 * Brings every schema to its newest version: Nexus' own, and the queue's where it is kept in PostgreSQL. Where the
 * configuration names another role for that, the running role is granted what it needs.
 *
 * @param database as the running role
 * @returns the migrations that were applied now
 * @throws SchemaOutdated, SchemaBusy, SchemaTooNew with the remedy
 */
export const migrateAll = (database: Ways, configuration: Configuration, log: Log): Promise<string[]> =>
  withRoles(database, configuration, log, async ({ owner, running }, ownerUrl) => {
    const applied = await bringUpToDate(owner.db)
    const newer = await unknownMigrations(owner.db)
    if (newer.length > 0)
      log.warn({ newer }, 'a newer version has extended the database: this version works with it as it is')
    if (configuration.redis === null) await migrateQueue(ownerUrl)
    if (!(await settleRights(owner.db, running.db, configuration.audit.keepMs)))
      log.info(
        "the database's role owns the tables, so only triggers protect the audit records (see database.adminUrl)",
      )
    const stopped = await stopIfElsewhere(running.db)
    if (stopped.length > 0)
      log.error(
        { tenants: stopped },
        'the database was restored from a dump: its tenants are paused until nexus after-restore has compared them with Auth0',
      )
    await nameServed(running, configuration)
    return applied
  })

/** What the database knows of a configuration, where that has changed while a process runs. */
export const settleConfiguration = (database: Ways, configuration: Configuration, log: Log): Promise<void> =>
  withRoles(database, configuration, log, async ({ owner, running }) => {
    if ((await roleOf(owner.db)).owns) await keepAuditFor(owner.db, configuration.audit.keepMs)
    await nameServed(running, configuration)
  })

const nameServed = async ({ db }: Postgres, { tenants }: Pick<Configuration, 'tenants'>): Promise<void> => {
  await createTenants(db).ensure(tenants.map(({ id }) => id))
  await createNamedStates(db).name(tenants)
}

export const queueTables = 'the tables of the queue'

/** What `nexus migrate` would do. */
export interface SchemaStanding {
  /** Migrations that are to be applied; the queue's tables count as one. */
  readonly pending: readonly string[]
  /** Migrations of a newer version, which this one does not know. */
  readonly newer: readonly string[]
  /** Those among them without which this version cannot work. */
  readonly needed: readonly string[]
}

/** How a database's schema stands. It is only read. @param database as the running role */
export const schemaStanding = (database: Ways, configuration: Configuration, log: Log): Promise<SchemaStanding> =>
  withRoles(database, configuration, log, async ({ owner }, ownerUrl) => ({
    pending: [
      ...(await pendingMigrations(owner.db)),
      ...(configuration.redis === null && (await isQueueOutdated(ownerUrl)) ? [queueTables] : []),
    ],
    newer: await unknownMigrations(owner.db),
    needed: await unmetNeeds(owner.db),
  }))
