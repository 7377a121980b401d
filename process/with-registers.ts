import type { Configuration } from '../adapters/config/configuration.ts'
import { createLog } from '../adapters/log/log.ts'
import { createRegisters } from '../adapters/postgres/callers.ts'
import type { Registers } from '../adapters/postgres/callers.ts'
import { connect } from '../adapters/postgres/database/connect.ts'
import { printError } from '../cli/options.ts'
import { migrateAll, openDatabase } from './start.ts'

/**
 * Works on the applications and accounts in the store of a configuration, and lets go of it. The database is brought up
 * to date first: an operator makes the first administrator before anything has run.
 */
export const withRegisters = async <T>(
  configuration: Configuration,
  work: (registers: Registers) => Promise<T>,
): Promise<T> => {
  const database = await openDatabase(configuration, printError)
  try {
    await migrateAll(database.url, configuration, createLog('warn'))
    const postgres = connect(database.url, () => undefined, { size: 2 })
    try {
      return await work(createRegisters(postgres.db))
    } finally {
      await postgres.close()
    }
  } finally {
    await database.close()
  }
}
