import { closeSync, openSync } from 'node:fs'
import { untilStarterEnds } from './ancestors.ts'

/** Why a process ends in order. */
export type Ending = NodeJS.Signals | 'the npm that started it has ended'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Ctrl-C reaches a program that npm started twice: from the terminal, and passed on by npm. Milliseconds. */
const sameSignalMs = 1000

/** Whether this process belongs to a terminal. One that is closed belongs to nobody from the moment of its SIGHUP. */
const hasTerminal = (): boolean => {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/**
 * Resolves when the process is to end: somebody asks for it, or the npm that started it is gone. A second signal ends it
 * at once: the first was not heard.
 *
 * @param reload what SIGHUP asks for, unless it says that the terminal was closed; where it is left out, SIGHUP ends
 */
export const untilSignal = async (reload?: () => void): Promise<Ending> =>
  new Promise((resolve) => {
    const hadTerminal = reload !== undefined && hasTerminal()
    const hear = (signal: NodeJS.Signals): void => {
      if (signal === 'SIGHUP' && reload !== undefined && hadTerminal === hasTerminal()) {
        reload()
        return
      }
      resolve(signal)
      setTimeout(() => {
        for (const one of signals) process.off(one, hear)
      }, sameSignalMs).unref()
    }
    for (const signal of signals) process.on(signal, hear)
    void untilStarterEnds().then(() => resolve('the npm that started it has ended'))
  })
