import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Command } from 'commander'
import { codeOf } from '../../../domain/shape.ts'
import { Failure } from '../../failure.ts'
import { configOption } from '../../options.ts'
import { printError } from '../../terminal/print.ts'

interface Flags {
  readonly config?: string
}

/** @throws Failure where it is not installed */
const runProgram = async (program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> => {
  const child = spawn(program, args, { env, stdio: 'inherit' })
  // Ctrl-C is for the program: psql cancels a statement by it, and goes on.
  const pass = (signal: NodeJS.Signals): void => void (signal !== 'SIGINT' && child.kill(signal))
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, pass)
  try {
    await once(child, 'exit')
    return child.exitCode ?? 1
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new Failure(
      `${program} is not installed. The client programs of PostgreSQL have psql and pg_dump: apt-get install postgresql-client.`,
    )
  } finally {
    for (const signal of signals) process.off(signal, pass)
  }
}

const open = async (program: string, args: readonly string[], { config }: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { libpqEnvironment } = await import('../../../adapters/postgres/servers/libpq.ts')
  const { openDatabase } = await import('../../../process/database.ts')
  const database = await openDatabase(loadConfiguration({ file: config, env: process.env }), printError)
  try {
    process.exitCode = await runProgram(program, args, { ...process.env, ...libpqEnvironment(database.directUrl) })
  } finally {
    await database.close()
  }
}

/** `nexus database`: the way of an operator into the store. */
export const databaseCommand = (program: Command): void => {
  program
    .command('database')
    .argument('[program]', 'a program that reaches PostgreSQL by its environment', 'psql')
    .argument('[arguments...]', 'its arguments')
    .description('open the database of the configuration with psql, or with another program')
    .passThroughOptions()
    .addOption(configOption())
    .addHelpText(
      'after',
      `
The program gets the connection in its environment (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE), so no password is
printed or appears in a list of processes. Without a database URL, that is the embedded PostgreSQL: the running one, or one
that is started for this command. Options of the command come before the program's name, the program's own after it. The
exit code is that of the program.

psql and pg_dump are not part of Nexus: apt-get install postgresql-client.

Examples:
  $ nexus database
  $ nexus database psql -c 'select tenant_id, held_reason from nexus.tenants'
  $ nexus database --config nexus.yaml pg_dump --format custom --file nexus.dump`,
    )
    .action(open)
}
