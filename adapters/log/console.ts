import type { Log } from './log.ts'

/**
 * What libraries print by themselves becomes a line of the log, and is folded and cut as the others are: otherwise a
 * failing connection would print whole errors past it.
 */
export const hearConsole = (log: Log): void => {
  const say = (...said: readonly unknown[]): void => {
    const error = said.find((one) => one instanceof Error)
    const reason = said.filter((one) => typeof one === 'string').join(' ')
    log.warn({ reason: reason.slice(0, 300), ...(error === undefined ? {} : { err: error }) }, 'a library says')
  }
  console.warn = say
  console.error = say
}
