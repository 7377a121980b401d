import { printable } from '../../domain/texts/printable.ts'

/** A line at the terminal that tells how far something is. Where standard error is no terminal, nothing is written. */
export const showProgress = (what: string) => {
  const shown = process.stderr.isTTY
  return {
    at: (done: number, of: number): void => {
      if (shown) process.stderr.write(`\r${printable(what)}: ${done} of ${of}`)
    },
    /** Takes the line away. */
    end: (): void => {
      if (shown) process.stderr.write('\r\u001B[K')
    },
  }
}

/** One line that is written over by the next, and taken away by null; where standard error is no terminal, nothing. */
export const showLine = (line: string | null): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${printable(line ?? '')}`)
}
