import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { lastLineOf, programFailed } from './causes.ts'
import { freePort } from './free-port.ts'
import { isAlive } from './lock.ts'
import { hand } from './place.ts'
import type { Place } from './place.ts'

/** The server's own programs: whether it runs, its start and its end. Who uses it is `embedded.ts`'s to know. */

const run = promisify(execFile)

/** The superuser of the embedded server, and the role that Nexus works as. */
const serverUser = 'nexus'

/** The file with the password of the server, beside its data. */
export const passwordName = 'password'

/** Made where there is none yet. */
export const passwordIn = async ({ directory, account }: Place): Promise<string> => {
  const file = path.join(directory, passwordName)
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known !== '') return known.trim()
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  await hand(file, account)
  return password
}

/** The port of the server that runs on this data; undefined where none does. */
export const runningPort = async ({ dataDirectory }: Place): Promise<number | undefined> => {
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

/**
 * Makes the database where there is none, and starts the server.
 *
 * @param wanted the port of a server that was lost: who works with it finds it there again
 * @returns its port
 */
export const startServer = async (place: Place, wanted?: number): Promise<number> => {
  const { dataDirectory, directory, programs, account } = place
  const as = { ...account, cwd: directory, env: { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' } }
  if (!(await exists(path.join(dataDirectory, 'PG_VERSION')))) {
    // What an interrupted first start left behind is no database yet.
    await rm(dataDirectory, { recursive: true, force: true })
    const settings = ['--auth=scram-sha-256', `--username=${serverUser}`, '--encoding=UTF8', '--locale=C']
    const passwordFile = path.join(directory, passwordName)
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
  return port
}

/** Ends the server, whoever is connected to it. */
export const stopServer = async ({ dataDirectory, directory, programs, account }: Place): Promise<void> => {
  await run(programs.pg_ctl, ['stop', '-w', '-m', 'fast', '-D', dataDirectory], { ...account, cwd: directory })
}

/** Where a connection to the server leads. */
export const urlOf = (password: string, port: number): string =>
  `postgres://${serverUser}:${password}@127.0.0.1:${port}/postgres`

export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )
