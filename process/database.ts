import type { Configuration } from '../adapters/config/configuration.ts'
import { startEmbedded } from '../adapters/embedded-postgres/embedded.ts'
import type { Serving } from '../adapters/embedded-postgres/presence.ts'
import type { Log } from '../adapters/log/log.ts'
import type { ClientLists } from '../adapters/postgres/clients/client-lists.ts'
import type { KeysOf } from '../adapters/postgres/clients/listing-rows.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import { reach } from '../adapters/postgres/database/reach.ts'
import { bringUpToDate, settleRights } from '../adapters/postgres/database/prepare.ts'
import { createNamedStates } from '../adapters/postgres/terraform/named-states.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import { migrateQueue } from '../adapters/queue/queue.ts'

/** How a process comes to a database that fits its configuration. */

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
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> => {
  if ('url' in database) {
    await reach(database.url, 'database.url')
    return { url: database.url, close: () => Promise.resolve() }
  }
  const embedded = await startEmbedded(database.embedded, serving)
  embedded.notes.forEach(say)
  return { url: embedded.url, close: embedded.stop }
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

/**
 * Brings every schema to its newest version: Nexus' own, and the queue's where it is kept in PostgreSQL. Where the
 * configuration names another role for that, the running role is granted what it needs.
 *
 * @param url as the running role
 * @returns the migrations that were applied now
 * @throws SchemaOutdated with the remedy, where the role may not
 */
export const migrateAll = async (url: string, configuration: Configuration, log: Log): Promise<string[]> => {
  const open = (to: string) =>
    connect(to, (error) => log.error({ err: error }, 'database connection lost'), { size: 1 })
  const { database, redis, audit, tenants } = configuration
  const adminUrl = 'adminUrl' in database ? database.adminUrl : null
  if (adminUrl !== null) await reach(adminUrl, 'database.adminUrl')
  const running = open(url)
  const owner = adminUrl === null ? running : open(adminUrl)
  try {
    const applied = await bringUpToDate(owner.db)
    if (redis === null) await migrateQueue(adminUrl ?? url)
    if (!(await settleRights(owner.db, running.db, audit.keepMs)))
      log.info(
        "the database's role owns the tables, so only triggers protect the audit records (see database.adminUrl)",
      )
    await createTenants(running.db).ensure(tenants.map(({ id }) => id))
    await createNamedStates(running.db).name(tenants)
    return applied
  } finally {
    await running.close()
    if (owner !== running) await owner.close()
  }
}
