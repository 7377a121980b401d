import type { Log } from '../adapters/log/log.ts'
import { createTellSettled, listen } from '../adapters/postgres/database/notifications.ts'
import type { Notifications, TellSettled } from '../adapters/postgres/database/notifications.ts'
import { createWakeUps } from '../adapters/postgres/events/wake-ups.ts'
import type { WakeUps } from '../adapters/postgres/events/wake-ups.ts'

/** How the parts of a process, and other processes, are told what has happened. Nobody waits for it, and it may be lost. */
export interface Telling {
  readonly wakeUps: WakeUps
  readonly tellSettled: TellSettled
  /** From now on this process hears what others tell. */
  readonly listen: (url: string, onError: (error: Error) => void) => Promise<Notifications>
  readonly close: () => Promise<void>
}

/** @param db of connections that need not flush */
export const createTelling = (db: Parameters<typeof createTellSettled>[0], log: Pick<Log, 'warn'>): Telling => {
  const wakeUps = createWakeUps(db, (error) =>
    log.warn({ err: error }, 'nobody was told that changes were accepted: who looks on learns it later'),
  )
  const tellOthers = createTellSettled(db, (error) =>
    log.warn({ err: error }, 'nobody was told that changes have settled: who waits looks for themselves'),
  )
  let here: Pick<Notifications, 'wake'> | undefined
  return {
    wakeUps,
    tellSettled: (changeId) => {
      here?.wake(changeId)
      wakeUps.settled()
      tellOthers(changeId)
    },
    listen: async (url, onError) => {
      const notifications = await listen(url, onError, wakeUps.heard)
      here = notifications
      return notifications
    },
    close: async () => wakeUps.close(),
  }
}
