import { execFileSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { end, until } from './programs.ts'
import { findPostgresProgram, startPostgres } from './server.ts'

/** A primary and its standby, as the guide to PostgreSQL sets them up. */
export interface PostgresPair {
  /** Names both, the primary first. */
  readonly url: string
  readonly primaryUrl: string
  readonly standbyUrl: string
  /** SIGKILL; afterwards no process of it is left. */
  readonly killPrimary: () => Promise<void>
  readonly promote: () => Promise<void>
  readonly close: () => Promise<void>
}

const guide = readFileSync(path.join(import.meta.dirname, '../../../docs/guides/postgresql.md'), 'utf8')

/** A block of the guide, by its language and how it begins. */
const blockOf = (language: string, beginning: string): string => {
  const block = [...guide.matchAll(/^```(\w+)\n([^]+?)^```/gm)].find(
    ([, tongue, text = '']) => tongue === language && text.startsWith(beginning),
  )?.[2]
  if (block === undefined) throw new Error(`The guide to PostgreSQL has no block that begins with "${beginning}".`)
  return block
}

/** `name = value # why` by line, as a server's command line has it. */
const settingsIn = (block: string): string[] =>
  [...block.matchAll(/^(\w+) = '?([^'#\n]*?)'?\s*(?:#.*)?$/gm)].map(([, name, value]) => `${name}=${value}`)

/** Runs statements one by one: some of them take no transaction. */
export const runSql = async (url: string, statements: string): Promise<pg.QueryResult | undefined> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    let last: pg.QueryResult | undefined
    for (const statement of statements.split(';').filter((one) => one.trim() !== ''))
      last = await client.query(statement)
    return last
  } finally {
    await client.end()
  }
}

/** Starts both; undefined where the machine has no PostgreSQL. @param synchronous whether commits wait for the standby */
export const startPostgresPair = async (synchronous = true): Promise<PostgresPair | undefined> => {
  const initdb = await findPostgresProgram('initdb')
  if (initdb === undefined) return undefined
  const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-pair-'))
  await chmod(directory, 0o755)
  const started: ChildProcess[] = []
  const folderOf = async (name: string): Promise<string> => {
    const folder = path.join(directory, name)
    await mkdir(folder, { mode: 0o755 })
    return folder
  }
  const close = async (): Promise<void> => {
    await Promise.all(started.map(end))
    await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
  try {
    const settings = settingsIn(blockOf('ini', '# postgresql.conf of every server'))
    const primaryUrl = await startPostgres(initdb, await folderOf('primary'), started, { settings })
    const [primary] = started
    const standbyUrl = await startPostgres(initdb, await folderOf('standby'), started, {
      settings: [...settings, ...settingsIn(blockOf('ini', '# postgresql.conf of the standby'))],
      fill: (place, run) => {
        const { hostname, port, username } = new URL(primaryUrl)
        return run('pg_basebackup', [
          '-D',
          place,
          '-R',
          '-X',
          'stream',
          '-c',
          'fast',
          '-h',
          hostname,
          '-p',
          port,
          '-U',
          username,
        ])
      },
    })
    if (synchronous) await runSql(primaryUrl, blockOf('sql', '-- on the primary'))
    await until(async () => {
      const found = await runSql(primaryUrl, "select 1 from pg_stat_replication where state = 'streaming'")
      if (found?.rowCount !== 1) throw new Error('The standby does not stream.')
    })
    return {
      url: primaryUrl.replace('/postgres', `,${new URL(standbyUrl).host}/postgres`),
      primaryUrl,
      standbyUrl,
      killPrimary: () => kill(primary),
      promote: async () => {
        await runSql(standbyUrl, blockOf('sql', '-- on the standby'))
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const kill = async (server: ChildProcess | undefined): Promise<void> => {
  if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)], { encoding: 'utf8' })
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
  // They see that the server is gone, and end; one that is in the middle of something may take its time.
  for (const pid of children.trim().split(/\s+/).map(Number)) await until(() => gone(pid))
}

const gone = (pid: number): Promise<void> => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return Promise.resolve()
  }
  return Promise.reject(new Error(`The process ${pid} is still there.`))
}
