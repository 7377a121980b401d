import type { Configuration, TenantConfiguration } from '../adapters/config/configuration.ts'
import { createClients } from '../adapters/postgres/clients/clients.ts'
import type { Clients } from '../adapters/postgres/clients/clients.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import type { Postgres } from '../adapters/postgres/database/connect.ts'
import { createTenants } from '../adapters/postgres/tenants/tenants.ts'
import type { Tenants } from '../adapters/postgres/tenants/tenants.ts'
import { printError } from '../cli/options.ts'
import { Failure } from '../cli/failure.ts'
import { metadataKeysOf, openDatabase } from './start.ts'

/** What a command can look at, and change, in the store of a configuration. */
interface Store {
  readonly tenant: TenantConfiguration
  readonly clients: Clients
  readonly tenants: Tenants
}

/** Works on the database of a configuration, which must be up to date, and lets go of it. */
export const withDatabase = async <T>(
  configuration: Configuration,
  work: (db: Postgres['db']) => Promise<T>,
): Promise<T> => {
  const database = await openDatabase(configuration, printError)
  try {
    const postgres = connect(database.url, () => undefined, { size: 2 })
    try {
      return await work(postgres.db)
    } finally {
      await postgres.close()
    }
  } finally {
    await database.close()
  }
}

/**
 * Works on the store of one tenant, and lets go of it. The database must be up to date: a command that looks does not
 * migrate.
 *
 * @throws Failure for a tenant that is not configured
 */
export const withStore = async <T>(
  configuration: Configuration,
  tenantId: string,
  work: (store: Store) => Promise<T>,
): Promise<T> => {
  const tenant = configuration.tenants.find(({ id }) => id === tenantId)
  if (tenant === undefined) {
    const known = configuration.tenants.map(({ id }) => id).join(', ')
    throw new Failure(`There is no tenant ${tenantId} in the configuration; it has ${known}.`)
  }
  return withDatabase(configuration, (db) =>
    work({ tenant, clients: createClients(db, metadataKeysOf(configuration)), tenants: createTenants(db) }),
  )
}
