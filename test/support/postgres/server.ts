import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { freePort } from '../../../adapters/embedded-postgres/free-port.ts'
import { findOnPath, until } from './programs.ts'

/** Debian keeps PostgreSQL's programs off the path, a folder for each version. */
export const findPostgresProgram = async (name: 'initdb' | 'pgbench'): Promise<string | undefined> => {
  const home = '/usr/lib/postgresql'
  const versions = await readdir(home).catch(() => [])
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0]
  return newest === undefined ? findOnPath(name) : path.join(home, newest, 'bin', name)
}

const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))

/** Who PostgreSQL's programs run as: they refuse to run as root. */
export const unprivileged = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Gives a file or folder to who PostgreSQL's programs run as. */
export const handOver = async (file: string): Promise<void> => {
  const { uid, gid } = unprivileged()
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid)
}

/** Runs a program of PostgreSQL to its end. */
type RunProgram = (name: string, args: readonly string[]) => Promise<void>

interface PostgresOptions {
  /** Beside the machine's, for the server. */
  readonly env?: Readonly<Record<string, string>>
  readonly settings?: readonly string[]
  /** Where the server's log goes; otherwise nobody reads it. */
  readonly logFile?: string
  /** Makes the data folder; otherwise it is an empty server's. */
  readonly fill?: (place: string, run: RunProgram) => Promise<void>
  /** Files of the data folder, by name, such as pg_hba.conf. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Starts a PostgreSQL in a folder, on a free port of 127.0.0.1, with a superuser `test` whose password is `test`.
 *
 * @param initdb where that program is
 * @param started gets the server's process
 * @returns its URL
 */
export const startPostgres = async (
  initdb: string,
  directory: string,
  started: ChildProcess[],
  { env = {}, settings = [], logFile, fill, files = {} }: PostgresOptions = {},
): Promise<string> => {
  const place = path.join(directory, 'postgres')
  await mkdir(place, { mode: 0o700 })
  await handOver(place)
  const as: SpawnOptions = { cwd: directory, stdio: 'ignore', ...unprivileged() }
  const run: RunProgram = async (name, args) => {
    const child = spawn(path.join(path.dirname(initdb), name), args, {
      ...as,
      env: { ...process.env, PGPASSWORD: 'test' },
    })
    await once(child, 'exit')
    if (child.exitCode !== 0) throw new Error(`${name} ended with ${child.exitCode}.`)
  }
  if (fill === undefined) {
    const passwordFile = path.join(directory, 'password')
    await writeFile(passwordFile, 'test\n')
    await run('initdb', ['-D', place, '-U', 'test', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'])
  } else await fill(place, run)
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(place, name)
    await writeFile(file, text, { mode: 0o600 })
    await chmod(file, 0o600)
    await handOver(file)
  }
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
