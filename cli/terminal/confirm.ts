import { printable } from '../../domain/texts/printable.ts'
import { Failure } from '../failure.ts'
import { canAsk, startAsking } from './ask.ts'

/**
 * Asks the person at the terminal, who must type yes.
 *
 * @param question what is about to happen
 * @param yes whether `--yes` has answered already
 * @throws Failure for another answer, and where there is nobody to ask
 */
export const confirm = async (question: string, yes: boolean): Promise<void> => {
  if (yes) return
  if (!canAsk()) throw new Failure(`${question} There is nobody to ask here: confirm with --yes.`, 'usage')
  const ended = 'Nothing was done.'
  const asking = startAsking(ended)
  try {
    if ((await asking.ask(`${printable(question)} Type yes`, undefined)) !== 'yes') throw new Failure(ended, 'refused')
  } finally {
    asking.end()
  }
}
