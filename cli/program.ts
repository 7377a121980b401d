import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { afterRestoreCommand } from './commands/store/after-restore.ts'
import { backupCommands } from './commands/store/backup.ts'
import { adoptCommands } from './commands/adopt.ts'
import { auditCommand } from './commands/audit.ts'
import { checkPlanCommand } from './commands/check-plan.ts'
import { completionCommand } from './commands/completion.ts'
import { clientsCommand } from './commands/clients.ts'
import { callerCommands } from './commands/callers.ts'
import { configCommand } from './commands/config.ts'
import { databaseCommand } from './commands/store/database.ts'
import { doctorCommand } from './commands/doctor.ts'
import { hashCommand } from './commands/hash.ts'
import { initCommand } from './commands/init.ts'
import { lookCommands } from './commands/look.ts'
import { migrateCommand } from './commands/processes/migrate.ts'
import { pauseCommands } from './commands/pause.ts'
import { processCommands } from './commands/processes/processes.ts'
import { personCommand } from './commands/store/person.ts'
import { demoCommand } from './commands/simulator/demo.ts'
import { simulatorCommand } from './commands/simulator/simulator.ts'
import { stateCommand } from './commands/state.ts'
import { synthCommand } from './commands/synth.ts'
import { tenantCommands } from './commands/tenants.ts'
import { tokenCommand } from './commands/simulator/token.ts'
import { whoAmICommand } from './commands/whoami.ts'
import { addExitCodes } from './exit-codes.ts'
import type { Output } from './terminal/print.ts'

/** Every command, in the order of the help. Each adds itself to the program; what it needs it imports when it runs. */
const commands: readonly ((program: Command) => void)[] = [
  initCommand,
  processCommands,
  migrateCommand,
  whoAmICommand,
  tenantCommands,
  clientsCommand,
  lookCommands,
  pauseCommands,
  auditCommand,
  personCommand,
  adoptCommands,
  synthCommand,
  checkPlanCommand,
  stateCommand,
  callerCommands,
  configCommand,
  doctorCommand,
  databaseCommand,
  backupCommands,
  afterRestoreCommand,
  hashCommand,
  demoCommand,
  simulatorCommand,
  tokenCommand,
  completionCommand,
]

const examples = `
Examples:
  $ nexus demo
  $ nexus init
  $ nexus start --config nexus.yaml
  $ nexus simulator --port 4000 --clients 20
  $ nexus token --user 'auth0|ann' --permission client.write --role billing-admins
  $ nexus clients set acme NXKzP2hYdFqLrT1uVwBcEaGs callbackUrls+=https://app.example.com/callback
  $ nexus plan acme --url https://nexus.example.com
  $ nexus adopt acme --product Billing --dry-run
  $ nexus synth acme --url https://nexus.example.com
  $ nexus state list acme --url https://nexus.example.com
  $ nexus hash token --generate
  $ nexus config check --config nexus.yaml
  $ nexus doctor

Each command has examples of its own: nexus <command> --help`

/** For who reads the commands and runs none. */
const nowhere: Output = { out: () => undefined, err: () => undefined }

/** The command line, ready to parse. Wrong usage, help and version throw a CommanderError once they are printed. */
export const createProgram = ({ out, err }: Output = nowhere): Command => {
  const program = new Command('nexus')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride()
    .description('Owners change their Auth0 clients through one API, without breaking what Terraform manages.')
    .version(manifest.version, '-V, --version', 'print the version')
    .option('--debug', 'print stack traces of unexpected errors (also: NEXUS_DEBUG=1)')
    .helpOption('-h, --help', 'print help')
    // `--version` behind a command is that command's: nexus state show acme main --version 3.
    .enablePositionalOptions()
    .showHelpAfterError('Try it with --help.')
    .addHelpText('after', examples)
  for (const register of commands) register(program)
  addExitCodes(program)
  return program
}
