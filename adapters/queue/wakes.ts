import { setTimeout as sleep } from 'node:timers/promises'

/** The most that are added at once: the server serves others between two adds. */
const mostAtOnce = 1000

/** After what fails. */
const againMs = 100

interface Wake {
  readonly clientId: string
  /** Until when adding it is tried again, on `performance.now()`. */
  readonly until: number
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

/**
 * The wake-ups of one tenant. Those that come together, or while others are being added, are added together; so none waits
 * for more than the add before it. An add may fail: all that were in it are added again, with those that came since.
 *
 * @param add adds these clients, each named once, or fails; those that it had added already may be added again
 * @param patienceMs how long adding a wake-up is tried again, for a connection that is just being made anew
 * @returns resolves when the client is in the queue, rejects with the last reason why not
 */
export const createWakes = (
  add: (clientIds: readonly string[]) => Promise<unknown>,
  patienceMs: number,
): ((clientId: string) => Promise<void>) => {
  const waiting: Wake[] = []
  let adding = false

  const addAll = async (): Promise<void> => {
    adding = true
    // Who asks in the same tick is with the first.
    await Promise.resolve()
    while (waiting.length > 0) {
      const some = waiting.splice(0, mostAtOnce)
      try {
        // In one order everywhere: on PostgreSQL the rows are locked in it, and processes that add the same clients meet.
        await add([...new Set(some.map(({ clientId }) => clientId))].toSorted())
        for (const { done } of some) done()
      } catch (error) {
        const now = performance.now()
        for (const { until, fail } of some) if (until <= now) fail(error)
        const again = some.filter(({ until }) => until > now)
        waiting.unshift(...again)
        if (again.length > 0) await sleep(againMs, undefined, { ref: false })
      }
    }
    adding = false
  }

  return (clientId) =>
    new Promise((done, fail) => {
      waiting.push({ clientId, until: performance.now() + patienceMs, done, fail })
      if (!adding) void addAll()
    })
}
