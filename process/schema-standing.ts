import type { Configuration } from '../adapters/config/configuration.ts'
import { embeddedExists } from '../adapters/embedded-postgres/embedded.ts'
import type { Log } from '../adapters/log/log.ts'
import { migrations } from '../adapters/postgres/database/migrations.ts'
import { openDatabase, queueTables, schemaStanding } from './database.ts'
import type { SchemaStanding } from './database.ts'

/** How the schema of a configuration's database stands, which is neither changed nor made. @throws DatabaseUnusable */
export const standingOf = async (
  configuration: Configuration,
  log: Log,
  say: (note: string) => void,
): Promise<SchemaStanding> => {
  if ('embedded' in configuration.database && !(await embeddedExists(configuration.database.embedded)))
    return {
      pending: [...Object.keys(migrations), ...(configuration.redis === null ? [queueTables] : [])],
      newer: [],
      needed: [],
    }
  const database = await openDatabase(configuration, say)
  try {
    return await schemaStanding(database, configuration, log)
  } finally {
    await database.close()
  }
}
