import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import { movableClock } from './movable-clock.ts'
import type { MovableClock } from './movable-clock.ts'
import type { Servers } from './servers.ts'

export interface LocalServers {
  readonly servers: Servers
  readonly close: () => Promise<void>
}

/** The storage of a newcomer: the embedded PostgreSQL, and the queue on it. */
export const startEmbeddedServers = async (): Promise<LocalServers> => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-embedded-'))
  await chmod(directory, 0o755)
  const postgres = await startEmbedded(path.join(directory, '.nexus'))
  return {
    servers: { postgresUrl: postgres.url, redisUrl: null },
    close: async () => {
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/**
 * The storage of production: a PostgreSQL by its URL and a real Redis. Those of NEXUS_TEST_DATABASE_URL and
 * NEXUS_TEST_REDIS_URL where they are set, otherwise the machine's own programs, started here and thrown away.
 *
 * @returns what is missing, with what to install, where they cannot be had
 */
export const startRealServers = async (): Promise<LocalServers | { readonly missing: string }> => {
  const initdb = await findPostgresProgram('initdb')
  const redis = findOnPath('redis-server')
  const given = { postgres: process.env['NEXUS_TEST_DATABASE_URL'], redis: process.env['NEXUS_TEST_REDIS_URL'] }
  const missing = [
    given.postgres === undefined && initdb === undefined
      ? 'no PostgreSQL was found (apt-get install postgresql, or set NEXUS_TEST_DATABASE_URL)'
      : undefined,
    given.redis === undefined && redis === undefined
      ? 'no Redis was found (apt-get install redis-server, or set NEXUS_TEST_REDIS_URL)'
      : undefined,
  ].filter((line) => line !== undefined)
  if (missing.length > 0) return { missing: missing.join('; ') }
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-servers-'))
  await chmod(directory, 0o755)
  const started: ChildProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map(end))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const postgresUrl = given.postgres ?? (await startPostgres(initdb ?? '', directory, started))
    const redisUrl = given.redis ?? (await startRedis(redis ?? '', directory, started))
    return { servers: { postgresUrl, redisUrl }, close }
  } catch (error) {
    await close()
    throw error
  }
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
}

const findOnPath = (program: string): string | undefined => {
  try {
    return execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** Debian keeps PostgreSQL's programs off the path, a folder for each version. */
export const findPostgresProgram = async (name: 'initdb' | 'pgbench'): Promise<string | undefined> => {
  const home = '/usr/lib/postgresql'
  const versions = await readdir(home).catch(() => [])
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? findOnPath(name) : path.join(home, newest, 'bin', name)
}

/** A PostgreSQL whose clock can be set while it runs; undefined where the machine lacks it, or faketime. */
export const startMovablePostgres = async (): Promise<
  { readonly url: string; readonly setClock: MovableClock['set']; readonly close: () => Promise<void> } | undefined
> => {
  const initdb = await findPostgresProgram('initdb')
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-clock-'))
  await chmod(directory, 0o755)
  const clock = movableClock(directory)
  const started: ChildProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map(end))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    if (initdb === undefined || clock === undefined) return undefined
    return { url: await startPostgres(initdb, directory, started, { env: clock.env }), setClock: clock.set, close }
  } finally {
    if (started.length === 0) await close()
  }
}

/** A PostgreSQL with settings of its own, such as `log_statement=all`; undefined where the machine has none. */
export const startOwnPostgres = async (
  settings: readonly string[],
): Promise<{ readonly url: string; readonly logFile: string; readonly close: () => Promise<void> } | undefined> => {
  const initdb = await findPostgresProgram('initdb')
  if (initdb === undefined) return undefined
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-postgres-'))
  await chmod(directory, 0o755)
  const started: ChildProcess[] = []
  const logFile = path.join(directory, 'log')
  const url = await startPostgres(initdb, directory, started, { settings, logFile })
  return {
    url,
    logFile,
    close: async () => {
      await Promise.all(started.map(end))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface PostgresOptions {
  /** Beside the machine's, for the server. */
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: readonly string[]
  /** Where the server's log goes; otherwise nobody reads it. */
  readonly logFile?: string
}

const startPostgres = async (
  initdb: string,
  directory: string,
  started: ChildProcess[],
  { env = {}, settings = [], logFile }: PostgresOptions = {},
): Promise<string> => {
  const place = path.join(directory, 'postgres')
  const passwordFile = path.join(directory, 'password')
  await mkdir(place)
  await writeFile(passwordFile, 'test\n')
  // PostgreSQL refuses to run as root.
  const as: SpawnOptions = { cwd: directory, stdio: 'ignore' }
  if (process.getuid?.() === 0) {
    as.uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
    as.gid = Number(execFileSync('id', ['-g', 'postgres'], { encoding: 'utf8' }))
    await chown(place, as.uid, as.gid)
  }
  const making = spawn(initdb, ['-D', place, '-U', 'test', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'], as)
  await once(making, 'exit')
  const port = await freePort()
  const all = ['unix_socket_directories=', 'max_connections=400', ...settings].flatMap((setting) => ['-c', setting])
  const server = path.join(path.dirname(initdb), 'postgres')
  // To the end of the file: every process of the server writes to it.
  const log = logFile === undefined ? 'ignore' : openSync(logFile, 'a')
  started.push(
    spawn(server, ['-D', place, '-p', String(port), '-h', '127.0.0.1', ...all], {
      ...as,
      stdio: ['ignore', 'ignore', log],
      env: { ...process.env, ...env },
    }),
  )
  if (typeof log === 'number') closeSync(log)
  const url = `postgres://test:test@127.0.0.1:${port}/postgres`
  await until(async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.end()
  })
  return url
}

export const hasRedis = (): boolean => findOnPath('redis-server') !== undefined

/** A Redis with settings of its own, for who wants to see a wrong one; undefined where the machine has none. */
export const startOwnRedis = async (
  settings: readonly string[],
): Promise<{ readonly url: string; readonly close: () => Promise<void> } | undefined> => {
  const program = findOnPath('redis-server')
  if (program === undefined) return undefined
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-redis-'))
  const started: ChildProcess[] = []
  const url = await startRedis(program, directory, started, settings)
  return {
    url,
    close: async () => {
      await Promise.all(started.map(end))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const startRedis = async (
  program: string,
  directory: string,
  started: ChildProcess[],
  settings: readonly string[] = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
): Promise<string> => {
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  started.push(spawn(program, [...place, ...settings], { stdio: 'ignore' }))
  const url = `redis://127.0.0.1:${port}`
  await until(async () => {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    try {
      await client.connect()
    } finally {
      client.disconnect()
    }
  })
  return url
}

/** Tries until it works, for twenty seconds at most. */
const until = async (attempt: () => Promise<void>): Promise<void> => {
  const last = Date.now() + 20_000
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (Date.now() > last) throw error
      await sleep(100)
    }
  }
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free port was found.')
  return address.port
}
