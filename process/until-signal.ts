import { untilStarterEnds } from './ancestors.ts'

/** Why a process ends in order. */
export type Ending = NodeJS.Signals | 'the npm that started it ended'

/**
 * Resolves when the process is to end: somebody asks for it, or the npm that started it is gone. A second signal ends it
 * at once: the first was not heard.
 */
export const untilSignal = async (): Promise<Ending> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
    void untilStarterEnds().then(() => resolve('the npm that started it ended'))
  })
