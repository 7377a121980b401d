import { createInterface } from 'node:readline'
import { Failure } from '../failure.ts'
import { printError } from './print.ts'

/** Whether there is somebody to ask. */
export const canAsk = (): boolean => process.stdin.isTTY

/** One question at a time, at the terminal. */
export interface Asking {
  /**
   * @param fallback what nothing typed means; undefined where something must be typed
   * @throws Failure where somebody ends it
   */
  readonly ask: (question: string, fallback: string | undefined) => Promise<string>
  /** Says something between two questions. */
  readonly say: (line: string) => void
  readonly end: () => void
}

/** @param ended what is said where somebody ends it */
export const startAsking = (ended: string): Asking => {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  const line = (question: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const cancelled = (): void => reject(new Failure(ended, 'refused'))
      lines.once('close', cancelled)
      lines.question(question, (answer) => {
        lines.off('close', cancelled)
        resolve(answer.trim())
      })
    })
  lines.on('SIGINT', () => lines.close())
  return {
    ask: async (question, fallback) => {
      const answer = await line(`${question}${fallback === undefined ? '' : ` [${fallback}]`}: `)
      return answer === '' ? (fallback ?? '') : answer
    },
    say: (text) => printError(`  ${text}`),
    end: () => {
      lines.removeAllListeners('close')
      lines.close()
    },
  }
}
