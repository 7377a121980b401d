import { once } from 'node:events'
import { printableJson, printableLines } from '../../domain/texts/printable.ts'
import { colourCode, takesColours } from './colours.ts'

/** A line as a terminal may get it: of what could steer it, only the program's own colours. */
const shownLine = (line: string): string =>
  line
    .split(colourCode)
    .map((part, index) => (index % 2 === 1 && takesColours() ? part : printableLines(part)))
    .join('')

/** Where texts go that come with their ends of lines. */
export interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Those of this process. */
export const output: Output = {
  out: (text) => void process.stdout.write(printableLines(text)),
  err: (text) => void process.stderr.write(printableLines(text)),
}

/** Writes a line to standard output. */
export const print = (line: string): void => void process.stdout.write(`${shownLine(line)}\n`)

/** Writes a line for the person at the terminal, beside the answer. */
export const printError = (line: string): void => void process.stderr.write(`${printableLines(line)}\n`)

/** JSON on one line: the same value to a program, and nothing to a terminal that would steer it. */
export const jsonLine = (answer: unknown): string => printableJson(JSON.stringify(answer))

/** Writes an answer for a pipeline. */
export const printJson = (answer: unknown): void => void process.stdout.write(`${jsonLine(answer)}\n`)

/** The same for one of very many, as fast as whoever reads takes them. @returns whether anybody still does */
export const streamJson = async (answer: unknown): Promise<boolean> => {
  if (!process.stdout.write(`${jsonLine(answer)}\n`)) await once(process.stdout, 'drain').catch(() => undefined)
  return process.stdout.writable
}
