import { access, constants, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isUnavailable } from '../postgres/servers/sqlstate.ts'
import { notWritable } from './causes.ts'
import { exclusively } from './lock.ts'
import { hand, placeFor } from './place.ts'
import type { Place } from './place.ts'
import { bePresent, defaultPatience, lookAfter } from './presence.ts'
import type { Patience, Presence, Serving } from './presence.ts'
import { exists, passwordIn, runningPort, startServer, stopServer, urlOf } from './server.ts'
import { registerServing, servingIn } from './serving.ts'
import { EmbeddedUnusable } from './unusable.ts'

/** A PostgreSQL of our own, beside the program. */
export interface EmbeddedPostgres {
  readonly url: string
  /** What a person should know, such as another place for the data. */
  readonly notes: readonly string[]
  /** Stops the server, unless another program is still connected to it. */
  readonly stop: () => Promise<void>
}

/**
 * Starts the PostgreSQL that npm brings, with its data in `directory` (mode 0700), or joins the one that still runs
 * there: when a program is killed, its server lives on.
 *
 * A program that serves from it starts it again when it is lost, at the same address. Any other, such as a command of an
 * operator, joins what runs; where that is down, it waits for those who serve from it, and never starts one beside them.
 *
 * PostgreSQL refuses to run as root, so root hands it to the system's user `postgres`. That user must be able to reach
 * the data and the programs; where it cannot, both are kept under /var/lib/nexus, and `notes` says so.
 *
 * @throws with a remedy when it cannot be started, or is down and somebody else's to start
 */
export const startEmbedded = async (
  directory: string,
  serving?: Serving,
  patience: Patience = defaultPatience,
): Promise<EmbeddedPostgres> => {
  const place = await placeFor(path.resolve(directory))
  await makeFolder(place)
  const lock = lockOf(place)
  for (const last = Date.now() + patience.visitMs; ; await sleep(300)) {
    const opened = await exclusively(lock, () => openIn(place, lock, serving, patience)).catch((error: unknown) => {
      // Killed while it was joined: at the next look it is known to be down.
      if (Date.now() > last || !isUnavailable(error)) throw error
      return undefined
    })
    if (opened === undefined) continue
    if (!('owner' in opened)) return opened
    if (Date.now() > last)
      throw new EmbeddedUnusable(
        `The embedded PostgreSQL in ${place.directory} is down, and Nexus (process ${opened.owner}), which serves from it, ` +
          `has not started it again. Look at ${place.directory}/postgres.log, and restart Nexus.`,
        { passing: true },
      )
  }
}

/** Whoever starts or stops the server, or puts another database in its place, holds it. */
export const lockOf = ({ directory }: Place): string => path.join(directory, 'starting')

/** @throws EmbeddedUnusable where this user may not write there */
export const makeFolder = async ({ directory, account }: Place): Promise<void> => {
  try {
    await mkdir(path.dirname(directory), { recursive: true })
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await access(directory, constants.W_OK)
    await hand(directory, account)
  } catch (error) {
    throw notWritable(directory, error)
  }
}

/** Under the lock. @returns the owner where it is down and somebody else's to start */
const openIn = async (
  place: Place,
  lock: string,
  serving: Serving | undefined,
  patience: Patience,
): Promise<EmbeddedPostgres | { readonly owner: number }> => {
  const password = await passwordIn(place)
  const existing = await runningPort(place)
  const [owner] = await servingIn(place.directory)
  if (existing === undefined && owner !== undefined && serving === undefined) return { owner: owner.pid }
  const port = existing ?? (await startServer(place, owner?.port))
  const url = urlOf(password, port)
  const presence = await bePresent(url)
  const { directory, notes } = place
  if (serving === undefined) return { url, notes, stop: () => exclusively(lock, () => stop(place, url, presence)) }
  const unregister = await registerServing(directory, port)
  const again = (): Promise<Presence> =>
    exclusively(lock, async () => {
      if ((await runningPort(place)) === undefined) await startServer(place, port)
      return bePresent(url)
    })
  const watch = lookAfter(presence, again, serving, patience)
  return {
    url,
    notes,
    stop: async () => {
      const last = await watch.end()
      await exclusively(lock, async () => {
        await unregister()
        await stop(place, url, last)
      })
    },
  }
}

/** Whether there is a database in `directory`, running or not. */
export const embeddedExists = async (directory: string): Promise<boolean> =>
  exists(path.join((await placeFor(path.resolve(directory))).dataDirectory, 'PG_VERSION'))

const stop = async (place: Place, url: string, { client }: Presence): Promise<void> => {
  await client.end().catch(() => undefined)
  if ((await servingIn(place.directory)).length > 0 || !(await isIdle(url))) return
  await stopServer(place)
}

/** Whether it runs and no other program is connected. */
const isIdle = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, application_name: 'nexus-stop' })
  client.on('error', () => undefined)
  try {
    await client.connect()
    // The server notices a moment late that a connection, perhaps our own, has been closed.
    for (let look = 0; look < 10; look += 1) {
      const { rows } = await client.query(
        `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      if (rows.length === 0) return true
      await sleep(100)
    }
    return false
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
