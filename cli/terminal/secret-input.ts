import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Failure } from '../failure.ts'
import { canAsk } from './ask.ts'

/** Asks at the terminal without showing what is typed. */
const ask = async (question: string): Promise<string> => {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await new Promise<string>((resolve, reject) => {
      const cancelled = (): void => reject(new Failure('Cancelled.', 'refused'))
      lines.once('line', resolve).once('SIGINT', cancelled).once('close', cancelled)
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

const readPiped = async (what: string): Promise<string> => {
  const bytes = await buffer(process.stdin)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch {
    throw new Failure(`The ${what} must be UTF-8 text.`, 'usage')
  }
}

/**
 * Reads a secret: from standard input where it is piped (a newline at its end does not count), otherwise at the
 * terminal, without showing it, twice.
 *
 * @param what what it is called, such as "password"
 * @throws Failure where it is empty, has several lines, or was typed differently the second time
 */
export const readSecret = async (what: string): Promise<string> => {
  const secret = canAsk() ? await ask(`The ${what} (it is not shown): `) : await readPiped(what)
  if (secret === '')
    throw new Failure(`The ${what} is empty. Type it, or pipe it: printf %s "$SECRET" | nexus hash ${what}`, 'usage')
  if (/[\r\n]/.test(secret)) throw new Failure(`The ${what} must be one line.`, 'usage')
  if (canAsk() && (await ask('The same again: ')) !== secret) throw new Failure('The two differ. Try again.', 'usage')
  return secret
}
