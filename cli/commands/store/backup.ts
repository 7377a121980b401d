import type { Command } from 'commander'
import type { Manifest } from '../../../adapters/embedded-postgres/backup/manifest.ts'
import { operator } from '../../operator.ts'
import { configOption, jsonOption } from '../../options.ts'
import { print, printError, printJson } from '../../terminal/print.ts'
import { showLine } from '../../terminal/progress.ts'
import { sizeText, timeText } from '../../terminal/readable.ts'

interface Flags {
  readonly config?: string
  readonly json?: boolean
}

interface RestoreFlags extends Flags {
  readonly replace?: boolean
  readonly check?: boolean
  readonly withoutKeys?: boolean
}

const configurationOf = async ({ config }: Flags) => {
  const { loadConfiguration } = await import('../../../adapters/config/load.ts')
  return loadConfiguration({ file: config, env: process.env })
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))

const linesOf = ({ at, nexus, postgres, migration, tenants, keys }: Manifest): string[] => [
  `made        ${timeText(at)}, by Nexus ${nexus}`,
  `PostgreSQL  ${postgres}: no other major version opens it`,
  `schema      ${migration ?? 'none yet'}`,
  `tenants     ${listed(tenants)}`,
  `state keys  ${listed(keys.states)} (not inside: keep terraform.stateKeys elsewhere)`,
]

const backup = async (file: string, flags: Flags): Promise<void> => {
  const configuration = await configurationOf(flags)
  const { backUp } = await import('../../../process/backup.ts')
  const manifest = await backUp(configuration, file, printError, (done, of) =>
    showLine(`copied ${sizeText(done)} of about ${sizeText(Math.max(done, of))}`),
  ).finally(() => showLine(null))
  if (flags.json === true) printJson({ file, ...manifest })
  else
    print(
      [
        `The backup is in ${file}. Who can read it can read everything that Nexus keeps.`,
        '',
        ...linesOf(manifest),
      ].join('\n'),
    )
}

const restore = async (file: string, flags: RestoreFlags): Promise<void> => {
  if (flags.check === true) {
    const { verified } = await import('../../../adapters/embedded-postgres/backup/manifest.ts')
    const manifest = await verified(file)
    if (flags.json === true) printJson({ file, ...manifest })
    else print([`${file} is whole.`, '', ...linesOf(manifest)].join('\n'))
    return
  }
  const configuration = await configurationOf(flags)
  const backups = await import('../../../process/backup.ts')
  const { manifest, replaced, notes } = await backups
    .restore(configuration, file, {
      replace: flags.replace ?? false,
      withoutKeys: flags.withoutKeys ?? false,
      actor: operator(),
      progress: (bytes) => showLine(`unpacked ${sizeText(bytes)}`),
    })
    .finally(() => showLine(null))
  notes.forEach(printError)
  const lacking = backups.sessionKeysLacking(manifest, configuration)
  if (lacking.length > 0)
    printError(`console.sessionKeys lacks ${lacking.join(', ')}: people whose sessions it sealed sign in again.`)
  if (flags.json === true) return printJson({ file, replaced, ...manifest })
  print(
    [
      `Restored from ${file}; every tenant is paused.`,
      ...(replaced === null ? [] : [`The database that was there is kept in ${replaced}.`]),
      '',
      ...linesOf(manifest),
      '',
      'Auth0 may have what came later. Before you start Nexus, see what that is: nexus after-restore',
    ].join('\n'),
  )
}

/** `nexus backup` and `nexus restore`. */
export const backupCommands = (program: Command): void => {
  program
    .command('backup')
    .argument('<file>', 'the file to write; there must be none of that name')
    .description('back the embedded database up into a file, whether Nexus runs or not')
    .addOption(configOption())
    .addOption(jsonOption('print what the backup says of itself as one line of JSON'))
    .addHelpText(
      'after',
      `
The file is a tar in gzip, with a checksum, that only its owner may read. It holds everything: states, audit, sessions. It
does not hold terraform.stateKeys, without which no state can be read: keep them elsewhere. A database with a URL is backed up
with pg_dump or pg_basebackup instead (docs/guides/backup.md).

Examples:
  $ nexus backup nexus-2026-01-31.backup
  $ nexus backup /backups/nexus-$(date +%F).backup --config /etc/nexus/nexus.yaml --json`,
    )
    .action(backup)
  program
    .command('restore')
    .argument('<file>', 'a file that nexus backup wrote')
    .description('restore the embedded database from a backup; Nexus must not run')
    .addOption(configOption())
    .option('--replace', 'replace the database that is there, and keep it beside under another name')
    .option('--check', 'only read the file to its end, and say what it is')
    .option('--without-keys', 'restore Terraform states too that no key of the configuration opens')
    .addOption(jsonOption('print what the backup says of itself as one line of JSON'))
    .addHelpText(
      'after',
      `
Nothing is changed unless the file is whole, of the same major version of PostgreSQL, and of no newer version of Nexus.
Afterwards every tenant is paused, because the backup is older than Auth0: nexus after-restore compares the two.

Examples:
  $ nexus restore nexus-2026-01-31.backup --check
  $ nexus restore nexus-2026-01-31.backup
  $ nexus restore nexus-2026-01-31.backup --replace`,
    )
    .action(restore)
}
