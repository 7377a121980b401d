import { Option } from 'commander'
import type { Command } from 'commander'
import type { Roles } from '../../../process/start.ts'
import { configOption, logLevelOption, tenantIds } from '../../options.ts'
import { serve } from './serve.ts'
import type { ServeFlags } from './serve.ts'

/** The commands that run until they are ended, and what each does. */
const processes: readonly { readonly name: string; readonly description: string; readonly roles: Roles }[] = [
  { name: 'start', description: 'run the API and the worker in one process', roles: { api: true, worker: true } },
  { name: 'api', description: 'run the API only; a worker must run elsewhere', roles: { api: true, worker: false } },
  { name: 'worker', description: 'run a worker only; run as many as you need', roles: { api: false, worker: true } },
]

const tenantsOption = (): Option =>
  new Option('--tenants <ids>', 'the only tenants that its worker serves, such as a,b (also: NEXUS_WORKER_TENANTS)')
    .env('NEXUS_WORKER_TENANTS')
    .argParser(tenantIds)

/** `nexus start`, `nexus api`, `nexus worker`. */
export const processCommands = (program: Command): void => {
  for (const { name, description, roles } of processes) {
    const command = program
      .command(name)
      .description(description)
      .addOption(configOption())
      .addOption(logLevelOption('; otherwise log.level of the configuration'))
    if (roles.worker) command.addOption(tenantsOption())
    command
      .addHelpText(
        'after',
        `
It brings the database's schema up to date, and writes its log to standard output as lines of JSON. On SIGINT or SIGTERM it
answers the requests in progress and exits with 0, within 15 seconds. On SIGHUP it reads its configuration again; the log says
what has changed. If npm or npx started it, it also exits when they do; at Ctrl-C their own exit code is 130. Have a
supervisor start the program itself: node cli/nexus.mjs ${name}.

Examples:
  $ nexus ${name}
  $ nexus ${name} --config /etc/nexus/nexus.yaml --log-level warn${roles.worker ? `\n  $ nexus ${name} --tenants production,staging` : ''}`,
      )
      .action((flags: ServeFlags) => serve(roles, flags))
  }
}
