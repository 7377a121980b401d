// First: it looks at who started the process.
import '../process/ancestors.ts'
import { createProgram } from './program.ts'
import { explain } from './failure.ts'
import { printError } from './terminal/print.ts'

// Terraform's people write it with one dash.
const spoken = process.argv.map((one) => (one === '-detailed-exitcode' ? '--detailed-exitcode' : one))
try {
  // It may stand anywhere, also behind a command, where only the command's own options are looked for.
  await createProgram().parseAsync(spoken.filter((one) => one !== '--debug'))
} catch (error) {
  const debug = spoken.includes('--debug') || (process.env['NEXUS_DEBUG'] ?? '') !== ''
  printError(explain(error, debug))
  process.exitCode = 1
}
