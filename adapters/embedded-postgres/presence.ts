import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isStartingUp } from '../postgres/servers/sqlstate.ts'

/** A program is known to use the embedded server by a connection that it keeps, and notices its loss by the end of that. */

/** What a program does that serves from the server for as long as it runs. */
export interface Serving {
  /** Told when the server was lost, and when it runs again. */
  readonly onLost: (error: Error) => void
  readonly onBack: () => void
  /** Told when it could not be started again: the program can do nothing more. */
  readonly onGone: (error: Error) => void
}

/** How long a server that was lost is tried to be started again, and how long a visitor waits for that, milliseconds. */
export interface Patience {
  readonly reviveMs: number
  readonly visitMs: number
}
export const defaultPatience: Patience = { reviveMs: 30_000, visitMs: 15_000 }

/** The connection by which a program is known to use the server, and its end, whenever that comes. */
export interface Presence {
  readonly client: pg.Client
  readonly ended: Promise<void>
}

/** How long a server that accepts connections may take until it works: after a crash it recovers first. */
const readyWithinMs = 20_000

/** A connection that lasts as long as the program uses the server, so that no other program stops it meanwhile. */
export const bePresent = async (url: string): Promise<Presence> => {
  for (const last = Date.now() + readyWithinMs; ; await sleep(100)) {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'nexus-presence',
      connectionTimeoutMillis: 5000,
    })
    // A server that is lost is noticed by the end of this, however soon that comes.
    client.on('error', () => undefined)
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve)
    })
    try {
      await client.connect()
      return { client, ended }
    } catch (error) {
      await client.end().catch(() => undefined)
      if (!isStartingUp(error) || Date.now() > last) throw error
    }
  }
}

/** Has the server started again whenever the connection to it is lost, until `end`. */
export const lookAfter = (
  first: Presence,
  again: () => Promise<Presence>,
  { onLost, onBack, onGone }: Serving,
  { reviveMs }: Patience,
): { readonly end: () => Promise<Presence> } => {
  let presence = first
  const ending = new AbortController()
  let reviving: Promise<void> = Promise.resolve()
  const revive = async (): Promise<void> => {
    onLost(new Error('The embedded PostgreSQL closed its connections.'))
    for (const last = Date.now() + reviveMs; !ending.signal.aborted; await sleep(300))
      try {
        presence = await again()
        heed()
        return onBack()
      } catch (error) {
        // Its orphaned processes may still hold what the next one needs.
        if (Date.now() > last) return onGone(error instanceof Error ? error : new Error(String(error)))
      }
  }
  const heed = (): void => {
    void presence.ended.then(() => {
      if (!ending.signal.aborted) reviving = revive()
    })
  }
  heed()
  return {
    end: async () => {
      ending.abort()
      await reviving
      return presence
    },
  }
}
