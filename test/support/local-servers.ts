import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { movableClock } from './movable-clock.ts'
import type { MovableClock } from './movable-clock.ts'
import { findPostgresProgram, startPostgres } from './postgres/server.ts'
import { end, findOnPath, until } from './postgres/programs.ts'
import type { Servers } from './servers.ts'

export { findPostgresProgram } from './postgres/server.ts'
export { until } from './postgres/programs.ts'

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

/**
 * A PostgreSQL with settings of its own, such as `log_statement=all`; undefined where the machine has none.
 *
 * @param files of its data folder, by name
 */
export const startOwnPostgres = async (
  settings: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; readonly logFile: string; readonly close: () => Promise<void> } | undefined> => {
  const initdb = await findPostgresProgram('initdb')
  if (initdb === undefined) return undefined
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-postgres-'))
  await chmod(directory, 0o755)
  const started: ChildProcess[] = []
  const logFile = path.join(directory, 'log')
  const url = await startPostgres(initdb, directory, started, { settings, logFile, files })
  return {
    url,
    logFile,
    close: async () => {
      await Promise.all(started.map(end))
      await rm(directory, { recursive: true, force: true })
    },
  }
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
  // With a file, so that what is set while it runs can be kept.
  const file = path.join(directory, 'redis.conf')
  await writeFile(file, '')
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  started.push(spawn(program, [file, ...place, ...settings], { stdio: 'ignore' }))
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
