import { CommanderError } from 'commander'
import { exits } from './exit-codes.ts'
import { explain, problemOf } from './failure.ts'
import { createProgram } from './program.ts'
import { jsonLine } from './terminal/print.ts'
import type { Output } from './terminal/print.ts'

/** Whether the answer is for a pipeline: then a failure is, too. What stands behind `--` is no option. */
const asksForJson = (args: readonly string[]): boolean =>
  (args.includes('--') ? args.slice(0, args.indexOf('--')) : args).includes('--json')

/**
 * Runs a command.
 *
 * @param args behind the program's name
 * @param output where help and failures go; a command writes its answer itself
 * @returns what the process ends with, unless the command has set `process.exitCode`
 */
export const run = async (args: readonly string[], output: Output): Promise<number> => {
  // Terraform's people write it with one dash.
  const spoken = args.map((one) => (one === '-detailed-exitcode' ? '--detailed-exitcode' : one))
  const json = asksForJson(spoken)
  try {
    // --debug may stand anywhere, also behind a command, where only the command's own options are looked for.
    await createProgram(json ? { ...output, err: () => undefined } : output).parseAsync(
      spoken.filter((one) => one !== '--debug'),
      { from: 'user' },
    )
    return exits.done.code
  } catch (error) {
    const problem = problemOf(error)
    // What the parser complains of it has said already.
    const told = error instanceof CommanderError
    const debug = spoken.includes('--debug') || (process.env['NEXUS_DEBUG'] ?? '') !== ''
    if (json && problem.code !== 'done') output.out(`${jsonLine(problem)}\n`)
    else if (!told) output.err(`${explain(error, debug)}\n`)
    return exits[problem.code].code
  }
}
