import { createProgram } from './program.ts'
import { explain } from './failure.ts'

const program = createProgram()
try {
  // Terraform's people write it with one dash.
  await program.parseAsync(process.argv.map((one) => (one === '-detailed-exitcode' ? '--detailed-exitcode' : one)))
} catch (error) {
  const debug = program.opts()['debug'] === true || (process.env['NEXUS_DEBUG'] ?? '') !== ''
  process.stderr.write(`${explain(error, debug)}\n`)
  process.exitCode = 1
}
