import { once } from 'node:events'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { AuditFilter } from '../../adapters/postgres/audit.ts'
import { auditActionNames, auditOutcomes } from '../../domain/access/audit.ts'
import type { AuditAction, AuditOutcome } from '../../domain/access/audit.ts'
import { momentOf } from '../../domain/texts/kept.ts'
import { Failure } from '../failure.ts'
import { configOption } from '../options.ts'
import { jsonLine, printError } from '../terminal/print.ts'

interface Flags extends Omit<AuditFilter, 'tenantId'> {
  readonly config?: string
}

const time = (raw: string): string => {
  const minutes = /^(.{11}\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/.exec(raw)
  const moment = momentOf(raw.length === 10 ? `${raw}T00:00:00Z` : minutes ? `${minutes[1]}:00${minutes[2]}` : raw)
  if (moment === undefined)
    throw new InvalidArgumentError(
      'It must be a day (in UTC) such as 2026-01-31, or a time with its zone such as 2026-01-31T08:00:00Z.',
    )
  return moment
}

const action = (raw: string): AuditAction => {
  const found = auditActionNames.find((name) => name === raw)
  if (found === undefined) throw new InvalidArgumentError(`The actions are: ${auditActionNames.join(', ')}.`)
  return found
}

const outcome = (raw: string): AuditOutcome => {
  const found = auditOutcomes.find((name) => name === raw)
  if (found === undefined) throw new InvalidArgumentError(`It must be ${auditOutcomes.join(' or ')}.`)
  return found
}

/** How often somebody who waits is told how far it is. */
const tellEveryMs = 2000

const exportAudit = async (tenantId: string | undefined, { config, ...filter }: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { connect } = await import('../../adapters/postgres/database/connect.ts')
  const { createAudit } = await import('../../adapters/postgres/audit.ts')
  const { openDatabase } = await import('../../process/database.ts')
  const configuration = loadConfiguration({ file: config, env: process.env })
  const database = await openDatabase(configuration, printError)
  const postgres = connect(database.directUrl, () => undefined, { size: 1 })
  try {
    let written = 0
    let told = Date.now()
    for await (const records of createAudit(postgres.db).pages({ ...filter, tenantId })) {
      const lines = records.map((record) => `${jsonLine(record)}\n`).join('')
      if (!process.stdout.write(lines)) await once(process.stdout, 'drain').catch(() => undefined)
      if (!process.stdout.writable) return
      written += records.length
      if (Date.now() - told < tellEveryMs) continue
      told = Date.now()
      printError(`${written} records, up to ${records.at(-1)?.at ?? ''} …`)
    }
    if (written === 0 && tenantId !== undefined && configuration.tenants.every(({ id }) => id !== tenantId))
      throw new Failure(`There is no tenant ${tenantId} in the configuration, and no record of one.`, 'not-found')
    printError(`${written} records.`)
  } finally {
    await postgres.close()
    await database.close()
  }
}

/** `nexus audit export`. */
export const auditCommand = (program: Command): void => {
  program
    .command('audit')
    .description('who was allowed to do what, and who was refused')
    .addHelpText('after', '\nExamples:\n  $ nexus audit export acme --since 2026-01-01')
    .command('export')
    .argument('[tenant]', 'id of a tenant; without it, the records of all tenants and those of none')
    .description('write the records as lines of JSON, oldest first')
    .addOption(configOption())
    .option('--since <time>', 'only records from this time on', time)
    .option('--until <time>', 'only records before this time', time)
    .option('--actor <id>', 'user id, name of a service account, or of a policy')
    .option('--action <name>', 'such as client.patch', action)
    .option('--outcome <name>', 'accepted or refused', outcome)
    .option('--target <id>', 'client id, name of a state, id of a change')
    .addHelpText(
      'after',
      `
The records go to standard output, how far it is to standard error. A day begins at midnight in UTC.

Examples:
  $ nexus audit export acme --since 2026-01-01 --until 2026-02-01 > acme-2026-01.jsonl
  $ nexus audit export acme --outcome refused --actor 'auth0|ann'
  $ nexus audit export acme --action client.secret.read | jq -r '[.at, .actor.id, .target] | @tsv'`,
    )
    .action(exportAudit)
}
