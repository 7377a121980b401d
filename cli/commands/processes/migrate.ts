import type { Command } from 'commander'
import type { SchemaStanding } from '../../../process/database.ts'
import { endWith } from '../../exit-codes.ts'
import { configOption, jsonOption, logLevelOption } from '../../options.ts'
import { print, printJson } from '../../terminal/print.ts'

interface Flags {
  readonly config?: string
  readonly logLevel: string
  readonly json?: boolean
  readonly check?: boolean
}

const listed = (head: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [head, ...names.map((name) => `  ${name}`)]

const tellStanding = ({ pending, newer, needed }: SchemaStanding): void => {
  const lines = [
    ...listed('To be applied by `nexus migrate`:', pending),
    ...listed(
      needed.length > 0
        ? 'The database is too new: a newer version has taken away what this version needs:'
        : 'A newer version has extended the database, and this version works with it:',
      newer,
    ),
  ]
  print(lines.length === 0 ? 'The database is up to date.' : lines.join('\n'))
}

/** Looks, and changes nothing: an embedded database that does not exist yet is not made for it. */
const check = async ({ config, logLevel, json }: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { createLog } = await import('../../../adapters/log/log.ts')
  const { standingOf } = await import('../../../process/schema-standing.ts')
  const configuration = loadConfiguration({ file: config, env: process.env })
  const standing = await standingOf(configuration, createLog(logLevel), (note) => {
    if (json !== true) print(note)
  })
  if (json === true) printJson(standing)
  else tellStanding(standing)
  if (standing.pending.length > 0) endWith('differences')
  if (standing.needed.length > 0) endWith('refused')
}

const migrate = async (flags: Flags): Promise<void> => {
  if (flags.check === true) return check(flags)
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  const { createLog } = await import('../../../adapters/log/log.ts')
  const { migrateAll, openDatabase } = await import('../../../process/database.ts')
  const configuration = loadConfiguration({ file: flags.config, env: process.env })
  const database = await openDatabase(configuration, print)
  try {
    const applied = await migrateAll(database, configuration, createLog(flags.logLevel))
    if (flags.json === true) printJson({ applied })
    else if (applied.length === 0) print('The database is up to date.')
    else print(`Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`)
  } finally {
    await database.close()
  }
}

/** `nexus migrate` */
export const migrateCommand = (program: Command): void => {
  program
    .command('migrate')
    .description("bring the database's schema up to date, and exit")
    .addOption(configOption())
    .addOption(logLevelOption().default('warn'))
    .option('--check', 'only say what would be applied; change nothing')
    .addOption(jsonOption('print what was applied (with --check: what would be) as one line of JSON'))
    .addHelpText(
      'after',
      `
It can run while Nexus runs, also an older version: a migration only adds to the schema, or takes away what the version
before does not use any more.

Examples:
  $ nexus migrate
  $ nexus migrate --check
  $ nexus migrate --config nexus.yaml --json`,
    )
    .action(migrate)
}
