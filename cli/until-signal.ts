/** Resolves when somebody asks the process to end. A second request ends it at once: the first was not heard. */
export const untilSignal = async (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
  })
