import type { Log } from '../../adapters/log/log.ts'
import type { ClientKey } from '../../domain/vocabulary.ts'

/** What wakes the worker. */
export interface Waking {
  readonly queue: {
    /** Tells the worker that a client has work. May be lost: the sweep finds what it missed. */
    readonly wake: (key: ClientKey) => Promise<void>
  }
  readonly log: Pick<Log, 'warn'>
}

/** Tells the worker. Nothing waits for it: the change is safe in the database, where the sweep finds it. */
export const wake = (deps: Waking, key: ClientKey): void => {
  deps.queue.wake(key).catch((error: unknown) => {
    deps.log.warn({ ...key, reason: messageOf(error) }, 'the queue could not be woken')
  })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
