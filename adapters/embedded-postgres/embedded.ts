import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { isUnavailable } from '../postgres/database/sqlstate.ts'
import { hand, placeFor } from './place.ts'
import type { Place } from './place.ts'
import { exclusively, isAlive } from './lock.ts'
import { bePresent, defaultPatience, lookAfter } from './presence.ts'
import type { Patience, Presence, Serving } from './presence.ts'
import { registerServing, servingIn } from './serving.ts'
import { lastLineOf, notWritable, programFailed } from './causes.ts'
import { EmbeddedUnusable } from './unusable.ts'

/** A PostgreSQL of our own, beside the program. */
export interface EmbeddedPostgres {
  readonly url: string
  /** What a person should know, such as another place for the data. */
  readonly notes: readonly string[]
  /** Stops the server, unless another program is still connected to it. */
  readonly stop: () => Promise<void>
}

const run = promisify(execFile)
const user = 'nexus'

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
  const lock = path.join(place.directory, 'starting')
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

/** @throws EmbeddedUnusable where this user may not write there */
const makeFolder = async ({ directory, account }: Place): Promise<void> => {
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
  const port = existing ?? (await start(place, password, owner?.port))
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
  const presence = await bePresent(url)
  const { directory, notes } = place
  if (serving === undefined) return { url, notes, stop: () => exclusively(lock, () => stop(place, url, presence)) }
  const unregister = await registerServing(directory, port)
  const again = (): Promise<Presence> =>
    exclusively(lock, async () => {
      if ((await runningPort(place)) === undefined) await start(place, password, port)
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

const passwordIn = async ({ directory, account }: Place): Promise<string> => {
  const file = path.join(directory, 'password')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known !== '') return known.trim()
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  await hand(file, account)
  return password
}

/** The port of the server that runs on this data; undefined where none does. */
const runningPort = async ({ dataDirectory }: Place): Promise<number | undefined> => {
  const file = path.join(dataDirectory, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [pid = Number.NaN, , , port = Number.NaN] = text.split('\n').map(Number)
  // Cut short, as by a full disk or the machine's crash: PostgreSQL would not start beside a file that it cannot read.
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port)) {
    await rm(file, { force: true })
    return undefined
  }
  if (!isAlive(pid)) return undefined
  // A server that is shutting down takes no connections any more, and is soon gone.
  for (const last = Date.now() + 3000; Date.now() < last; await sleep(100)) {
    if (await accepts(port)) return port
    if (!isAlive(pid)) return undefined
  }
  // After a crash of the machine, or in a new container, the number may be another program's; PostgreSQL would refuse to
  // start beside it. It still looks for a server that holds the data by its shared memory.
  await rm(file, { force: true })
  return undefined
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const say = (open: boolean) => (): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', say(true)).once('error', say(false))
  })

/** @param wanted the port of a server that was lost: who works with it finds it there again */
const start = async (place: Place, password: string, wanted?: number): Promise<number> => {
  const { dataDirectory, directory, programs, account } = place
  const as = { ...account, cwd: directory, env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' } }
  if (!(await exists(path.join(dataDirectory, 'PG_VERSION')))) {
    // What an interrupted first start left behind is no database yet.
    await rm(dataDirectory, { recursive: true, force: true })
    const settings = ['--auth=scram-sha-256', `--username=${user}`, '--encoding=UTF8', '--locale=C']
    const passwordFile = path.join(directory, 'password')
    await run(programs.initdb, [`--pgdata=${dataDirectory}`, `--pwfile=${passwordFile}`, ...settings], as).catch(
      (error: unknown) => {
        throw programFailed(error, `The embedded PostgreSQL cannot make its database: ${lastLineOf(error)}`)
      },
    )
  }
  const port = wanted ?? (await freePort())
  const log = path.join(directory, 'postgres.log')
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300`
  try {
    await run(programs.pg_ctl, ['start', '-w', '-t', '60', '-D', dataDirectory, '-l', log, '-o', options], as)
  } catch (error) {
    const tail = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n')
    const end = tail === '' ? lastLineOf(error) : tail
    throw programFailed(error, `The embedded PostgreSQL did not start; the end of ${log}:\n${end}`)
  }
  // The password is in the user's own file; in the connection it is only asked for once more to see that it fits.
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'postgres' })
  await client.connect()
  await client.end()
  return port
}

const stop = async (
  { dataDirectory, directory, programs, account }: Place,
  url: string,
  { client }: Presence,
): Promise<void> => {
  await client.end().catch(() => undefined)
  if ((await servingIn(directory)).length > 0 || !(await isIdle(url))) return
  await run(programs.pg_ctl, ['stop', '-w', '-m', 'fast', '-D', dataDirectory], { ...account, cwd: directory })
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

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('No free port was found.'))
      })
    })
  })
