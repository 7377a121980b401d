import { createInterface } from 'node:readline'
import { printable } from '../../domain/texts/printable.ts'
import { Failure } from '../failure.ts'

/**
 * Asks the person at the terminal, who must type yes.
 *
 * @param question what is about to happen
 * @param yes whether `--yes` has answered already
 * @throws Failure for another answer, and where there is nobody to ask
 */
export const confirm = async (question: string, yes: boolean): Promise<void> => {
  if (yes) return
  if (!process.stdin.isTTY) throw new Failure(`${question} There is nobody to ask here: confirm with --yes.`, 'usage')
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  const answer = await new Promise<string>((resolve) => {
    lines.once('close', () => resolve('')).once('SIGINT', () => lines.close())
    lines.question(`${printable(question)} Type yes: `, resolve)
  })
  lines.close()
  if (answer.trim() !== 'yes') throw new Failure('Nothing was done.', 'refused')
}
