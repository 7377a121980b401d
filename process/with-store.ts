import type { Configuration, TenantConfiguration } from '../adapters/config/configuration.ts'
import { createLog } from '../adapters/log/log.ts'
import { createCallerStore } from '../adapters/postgres/callers.ts'
import type { CallerStore } from '../adapters/postgres/callers.ts'
import { createConfiguredUses } from '../adapters/postgres/configured-uses.ts'
import type { ConfiguredUses } from '../adapters/postgres/configured-uses.ts'
import { createClients } from '../adapters/postgres/clients/clients.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import { tenantNamed } from './known-tenants.ts'
import { metadataKeysOf, migrateAll, openDatabase } from './database.ts'
import type { Ways } from './database.ts'

/** What a command can look at, and change, in the store of a configuration. */
interface Store {
  readonly tenant: TenantConfiguration
  readonly clients: Clients
  readonly tenants: Tenants
}

/** Tells the person at the terminal what becomes of an embedded database. */
type Say = (note: string) => void

/**
 * Works on the database of a configuration, and lets go of it. It must be up to date, unless `prepare` brings it there:
 * a command that looks does not migrate.
 */
export const withDatabase = async <T>(
  configuration: Configuration,
  say: Say,
  work: (db: Postgres['db']) => Promise<T>,
  prepare: (database: Ways) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> => {
  const database = await openDatabase(configuration, say)
  try {
    await prepare(database)
    const postgres = connect(database.directUrl, () => undefined, { size: 2 })
    try {
      return await work(postgres.db)
    } finally {
      await postgres.close()
    }
  } finally {
    await database.close()
  }
}

/** Works on the store of one tenant. @throws NoSuchTenant */
export const withStore = async <T>(
  configuration: Configuration,
  tenantId: string,
  say: Say,
  work: (store: Store) => Promise<T>,
): Promise<T> => {
  const tenant = tenantNamed(tenantId, configuration)
  return withDatabase(configuration, say, (db) =>
    work({ tenant, clients: createClients(db, metadataKeysOf(configuration)), tenants: createTenants(db) }),
  )
}

/**
 * Works on the applications and accounts of a configuration. The database is brought up to date first: an operator makes
 * the first administrator before anything has run.
 */
export const withCallerStore = <T>(
  configuration: Configuration,
  say: Say,
  work: (callers: CallerStore, uses: ConfiguredUses) => Promise<T>,
): Promise<T> =>
  withDatabase(
    configuration,
    say,
    (db) => work(createCallerStore(db), createConfiguredUses(db)),
    (database) => migrateAll(database, configuration, createLog('warn')),
  )
