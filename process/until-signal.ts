import { untilStarterEnds } from './ancestors.ts'

/** Why a process ends in order. */
export type Ending = NodeJS.Signals | 'the npm that started it has ended'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Ctrl-C reaches a program that npm started twice: from the terminal, and passed on by npm. Milliseconds. */
const sameSignalMs = 1000

/**
 * Resolves when the process is to end: somebody asks for it, or the npm that started it is gone. A second signal ends it
 * at once: the first was not heard.
 */
export const untilSignal = async (): Promise<Ending> =>
  new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals): void => {
      resolve(signal)
      setTimeout(() => {
        for (const one of signals) process.off(one, hear)
      }, sameSignalMs).unref()
    }
    for (const signal of signals) process.on(signal, hear)
    void untilStarterEnds().then(() => resolve('the npm that started it has ended'))
  })
