import { createProgram } from './program.ts'
import { explain } from './failure.ts'

const program = createProgram()
try {
  await program.parseAsync(process.argv)
} catch (error) {
  const debug = program.opts()['debug'] === true || (process.env['NEXUS_DEBUG'] ?? '') !== ''
  process.stderr.write(`${explain(error, debug)}\n`)
  process.exitCode = 1
}
