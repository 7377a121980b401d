import type { Log } from '../adapters/log/log.ts'

/**
 * Does something at once, and again `everyMs` after it has ended, until it is stopped. What it throws is logged, and it
 * is tried again.
 *
 * @returns stops it, and resolves when what was under way has ended
 */
export const repeat = (
  everyMs: number,
  name: string,
  log: Pick<Log, 'error'>,
  work: (stopping: AbortSignal) => Promise<void>,
): (() => Promise<void>) => {
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    try {
      await work(stopping.signal)
    } catch (error) {
      log.error({ err: error }, `${name} failed; it is tried again`)
    }
    if (!stopping.signal.aborted)
      timer = setTimeout(() => {
        running = run()
      }, everyMs)
  }
  running = run()
  return async () => {
    stopping.abort()
    clearTimeout(timer)
    await running
  }
}
