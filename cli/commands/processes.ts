import { setTimeout as sleep } from 'node:timers/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import type { Log } from '../../adapters/log/log.ts'
import type { Roles, Running } from '../../process/start.ts'
import { exits } from '../exit-codes.ts'
import { configOption, jsonOption, tenantIds } from '../options.ts'
import { untilSignal } from '../../process/until-signal.ts'
import type { Ending } from '../../process/until-signal.ts'
import { print, printJson } from '../terminal/print.ts'

interface Flags {
  readonly config?: string
  readonly logLevel: string
  readonly json?: boolean
  readonly tenants?: readonly string[]
}

/** The commands that run until they are ended, and what each does. */
const processes: readonly { readonly name: string; readonly description: string; readonly roles: Roles }[] = [
  { name: 'start', description: 'run the API and the worker in one process', roles: { api: true, worker: true } },
  { name: 'api', description: 'run the API only; a worker must run elsewhere', roles: { api: true, worker: false } },
  { name: 'worker', description: 'run a worker only; run as many as you need', roles: { api: false, worker: true } },
]

const logLevel = (): Option =>
  new Option('--log-level <level>', 'least severe level that is logged (also: NEXUS_LOG_LEVEL)')
    .choices(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .env('NEXUS_LOG_LEVEL')
    .default('info')

const tenantsOption = (): Option =>
  new Option('--tenants <ids>', 'the only tenants that its worker serves, such as a,b (also: NEXUS_WORKER_TENANTS)')
    .env('NEXUS_WORKER_TENANTS')
    .argParser(tenantIds)

const serve = async (does: Pick<Roles, 'api' | 'worker'>, { config, logLevel, tenants }: Flags): Promise<void> => {
  const ended = untilSignal()
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { createLog } = await import('../../adapters/log/log.ts')
  const { hearConsole } = await import('../../adapters/log/console.ts')
  const { run } = await import('../../process/start.ts')
  const { requireTenants } = await import('../../process/known-tenants.ts')
  const log = createLog(logLevel)
  hearConsole(log)
  const configuration = loadConfiguration({ file: config, env: process.env })
  requireTenants(tenants ?? [], configuration)
  const roles = { ...does, ...(tenants && { tenants }) }
  // Whoever looks after the process starts it again.
  const starting = run(configuration, roles, log, () => process.exit(exits['retry-later'].code))
  const early = await Promise.race([starting.then(() => undefined), ended])
  if (early !== undefined) return endEarly(starting, early, log)
  const running = await starting
  log.info({ url: running.url, tenants: configuration.tenants.map(({ id }) => id), ...roles }, 'Nexus is up')
  log.info({ because: await ended }, 'shutting down: requests in progress are answered first')
  await running.close()
  log.info('ended')
  leave()
}

/** Everything has been let go of. Where a library still keeps the event loop alive, nobody has to wait for that. */
const leave = (): void => void setTimeout(() => process.exit(), leaveWithinMs).unref()

const leaveWithinMs = 1000

/** Asked to end before it has started: what has come about by then is closed again, within a few seconds. */
const endEarly = async (starting: Promise<Running>, because: Ending, log: Log): Promise<void> => {
  log.info({ because }, 'shutting down before startup has finished')
  const late = sleep(endEarlyWithinMs, undefined, { ref: false }).then(() => process.exit(0))
  const running = await Promise.race([starting.catch(() => undefined), late])
  await running?.close()
  log.info('ended')
}

const endEarlyWithinMs = 5000

const migrate = async ({ config, logLevel, json }: Flags): Promise<void> => {
  const { loadConfiguration } = await import('../../adapters/config/load.ts')
  const { createLog } = await import('../../adapters/log/log.ts')
  const { migrateAll, openDatabase } = await import('../../process/database.ts')
  const log = createLog(logLevel)
  const configuration = loadConfiguration({ file: config, env: process.env })
  const database = await openDatabase(configuration, print)
  try {
    const applied = await migrateAll(database.url, configuration, log)
    if (json === true) printJson({ applied })
    else if (applied.length === 0) print('The database is up to date.')
    else print(`Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`)
  } finally {
    await database.close()
  }
}

/** `nexus start`, `nexus api`, `nexus worker`, `nexus migrate`. */
export const processCommands = (program: Command): void => {
  for (const { name, description, roles } of processes) {
    const command = program.command(name).description(description).addOption(configOption()).addOption(logLevel())
    if (roles.worker) command.addOption(tenantsOption())
    command
      .addHelpText(
        'after',
        `
It brings the database's schema up to date, writes its log to standard output as lines of JSON, and on SIGINT or SIGTERM
answers the requests in progress and exits with 0. If npm or npx started it, it also exits when they do; at Ctrl-C their own
exit code is 130. Have a supervisor start the program itself: node cli/nexus.mjs ${name}.

Examples:
  $ nexus ${name}
  $ nexus ${name} --config /etc/nexus/nexus.yaml --log-level warn${roles.worker ? `\n  $ nexus ${name} --tenants production,staging` : ''}`,
      )
      .action((flags: Flags) => serve(roles, flags))
  }
  program
    .command('migrate')
    .description("bring the database's schema up to date, and exit")
    .addOption(configOption())
    .addOption(logLevel().default('warn'))
    .addOption(jsonOption('print what was applied as one line of JSON'))
    .addHelpText('after', '\nExamples:\n  $ nexus migrate\n  $ nexus migrate --config nexus.yaml --json')
    .action(migrate)
}
