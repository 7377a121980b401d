import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { createConnector } from '../servers/connector.ts'
import type { PrimaryClient } from '../servers/primary-client.ts'
import type { Database } from './schema.ts'
import { statement } from './statement.ts'
import { together } from './together.ts'

/** The channel on which a settled change is named. */
export const settledChannel = 'nexus_settled'

/** The channel on which it is told that something else has happened: what, the events say. */
export const eventsChannel = 'nexus_events'

/** Names a change that has settled to whoever waits for it. Nothing waits for the telling, which may be lost. */
export type TellSettled = (changeId: string) => void

/**
 * Not in the transaction that settles: a server commits those that notify one after the other, each with its flush.
 *
 * @param db of connections that need not flush
 * @param onError told when something could not be told: who waits looks for themselves
 */
export const createTellSettled = (db: Kysely<Database>, onError: (error: unknown) => void): TellSettled => {
  const tell = together(async (ids: readonly string[]) => {
    await notified(db, { ids })
    return ids
  })
  return (id) => {
    tell(id).catch(onError)
  }
}

const notified = statement<{ readonly ids: readonly string[] }>(
  ({ ids }) => sql`select pg_notify(${settledChannel}, id) from unnest(${ids}::text[]) as id`,
)

/** Wakes who waits for a change. */
export interface Notifications {
  /**
   * Resolves when the change may have settled, or after `ms`: the caller then looks at the row, which alone is true.
   * Waking is best effort: a notification can be lost with its connection, so the caller polls as well.
   */
  readonly wait: (changeId: string, ms: number, signal?: AbortSignal) => Promise<void>
  /** Wakes those who wait in this process, which a worker in the same process need not go far for. */
  readonly wake: (changeId: string) => void
  readonly close: () => Promise<void>
}

/** How often it is seen whether the connection that listens is answered, and its server still takes writes. */
const beatMs = 5000

/**
 * One connection that listens, made anew when it is lost, and when it leads to a server that no longer takes writes or does
 * not answer: nobody notifies there. It needs a session of its own: a pooler of transactions does not carry LISTEN.
 *
 * @param heard gets the payload of every notification, of whichever channel; an empty one where some may have been missed
 */
export const listen = async (
  url: string,
  onError: (error: Error) => void,
  heard: (payload: string) => void = () => undefined,
  everyMs = beatMs,
): Promise<Notifications> => {
  const connector = createConnector(url)
  const waiting = new Map<string, Set<() => void>>()
  let client: PrimaryClient | undefined
  let retry: NodeJS.Timeout | undefined
  let closed = false

  const wakeAll = (changeId: string): void => {
    for (const wake of waiting.get(changeId) ?? []) wake()
  }
  const open = async (): Promise<void> => {
    const settings = { application_name: 'nexus-listen', keepAlive: true, query_timeout: everyMs * 0.8 }
    const fresh = await connector.open(settings, onError)
    fresh.on('notification', ({ payload = '' }) => {
      wakeAll(payload)
      heard(payload)
    })
    try {
      await fresh.query(`listen ${settledChannel}; listen ${eventsChannel}`)
      heard('')
    } catch (error) {
      await fresh.end().catch(() => undefined)
      throw error
    }
    client = fresh
    const beat = setInterval(() => {
      void isOfUse(fresh).then((ofUse) => {
        if (ofUse || closed) return
        onError(new Error('The connection that listens leads to a server that takes no writes, or does not answer.'))
        void fresh.end()
      })
    }, everyMs)
    // Only a connection that listened is made anew here: one that never came about also ends.
    fresh.once('end', () => {
      clearInterval(beat)
      reopenLater()
    })
    if (closed) await fresh.end()
  }
  const reopen = (): void => {
    open().catch((error: unknown) => {
      onError(error instanceof Error ? error : new Error(String(error)))
      reopenLater()
    })
  }
  const reopenLater = (): void => {
    if (!closed) retry = setTimeout(reopen, 500).unref()
  }
  await open()

  return {
    wake: wakeAll,
    wait: (changeId, ms, signal) =>
      new Promise((resolve) => {
        const wakers = waiting.get(changeId) ?? new Set()
        waiting.set(changeId, wakers)
        const wake = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', wake)
          wakers.delete(wake)
          if (wakers.size === 0) waiting.delete(changeId)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        signal?.addEventListener('abort', wake)
        wakers.add(wake)
      }),
    close: async () => {
      closed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}

/** Whether notifications still come there. */
const isOfUse = async (client: PrimaryClient): Promise<boolean> => {
  try {
    await client.query('select 1')
    return !client.isSpent
  } catch {
    return false
  }
}
