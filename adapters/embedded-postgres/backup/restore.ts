import { execFile } from 'node:child_process'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { lockOf, makeFolder } from '../embedded.ts'
import { exclusively } from '../lock.ts'
import { hand, placeFor } from '../place.ts'
import type { Place } from '../place.ts'
import { exists, passwordName, runningPort, startServer, stopServer, urlOf } from '../server.ts'
import { servingIn } from '../serving.ts'
import { flushFolder, readArchive } from './archive.ts'
import type { Entry } from './archive.ts'
import { manifestIn } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { BackupRefused } from './refused.ts'
import { dataName } from './write.ts'

interface Restoring {
  /** Whether a database that is there gives way; it is kept beside, under another name. */
  readonly replace: boolean
  /** Looks at what the backup says of itself. @throws where it is not to be restored */
  readonly judge: (manifest: Manifest) => void
  /** Works on the restored database before anybody else can. */
  readonly prepare: (url: string) => Promise<void>
  readonly progress: (bytes: number) => void
}

interface Restored {
  readonly manifest: Manifest
  /** Where the database is kept that was there before; null where there was none. */
  readonly replaced: string | null
  readonly notes: readonly string[]
}

/**
 * Puts the database of a backup into a folder that has none. It is unpacked and started beside its place, and moved there
 * once it is whole and prepared; until then nothing of what was there has changed.
 *
 * @throws BackupRefused where a database is there, Nexus runs, or the file is not whole or of another PostgreSQL
 */
export const restoreBackup = async (directory: string, file: string, restoring: Restoring): Promise<Restored> => {
  const place = await placeFor(path.resolve(directory))
  await makeFolder(place)
  return exclusively(lockOf(place), async () => {
    const isTaken = await exists(path.join(place.dataDirectory, 'PG_VERSION'))
    await refuseRunning(place)
    if (isTaken && !restoring.replace)
      throw new BackupRefused(
        `There is a database in ${place.directory}. With --replace the backup takes its place, and it is kept beside under ` +
          'another name.',
      )
    const beside = path.join(place.directory, 'restoring')
    const temporary: Place = { ...place, directory: beside, dataDirectory: path.join(beside, 'postgres') }
    try {
      const manifest = await unpack(file, temporary, restoring)
      const password = (await readFile(path.join(beside, passwordName), 'utf8')).trim()
      const port = await startServer(temporary)
      try {
        await restoring.prepare(urlOf(password, port))
      } finally {
        await stopServer(temporary)
      }
      const replaced = isTaken ? await moveAway(place) : null
      await rename(path.join(beside, passwordName), path.join(place.directory, passwordName))
      await rename(temporary.dataDirectory, place.dataDirectory)
      await flushFolder(place.directory)
      return { manifest, replaced, notes: place.notes }
    } finally {
      await rm(beside, { recursive: true, force: true })
    }
  })
}

const refuseRunning = async (place: Place): Promise<void> => {
  const [serving] = await servingIn(place.directory)
  if (serving === undefined && (await runningPort(place)) === undefined) return
  const who = serving === undefined ? 'Its PostgreSQL' : `Nexus (process ${serving.pid})`
  throw new BackupRefused(`${who} is running on ${place.directory}. Stop every process of Nexus, and restore again.`)
}

/** Unpacks a backup that was judged. @throws BackupRefused where it is not whole */
const unpack = async (file: string, { directory, dataDirectory, programs, account }: Place, restoring: Restoring) => {
  await rm(directory, { recursive: true, force: true })
  for (const folder of [directory, dataDirectory]) {
    await mkdir(folder, { mode: 0o700 })
    await hand(folder, account)
  }
  const entries = readArchive(file)
  try {
    const first = await entries.next()
    const manifest = await manifestIn(file, first.done === true ? undefined : first.value)
    refuseOther(manifest, await installedMajor(programs.initdb))
    restoring.judge(manifest)
    let bytes = 0
    for await (const entry of entries) {
      if (entry.name !== passwordName && !isBelow(entry.name))
        throw new BackupRefused(`${file} has an entry that is none of a backup.`)
      const target = path.join(directory, entry.name)
      if (entry.name.endsWith('/')) await mkdir(target, { recursive: true, mode: 0o700 })
      else await writeEntry(target, entry)
      await hand(target, account)
      bytes += entry.size
      restoring.progress(bytes)
    }
    return manifest
  } finally {
    await entries.return()
  }
}

const refuseOther = ({ postgres, nexus }: Manifest, installed: number): void => {
  if (postgres === installed) return
  throw new BackupRefused(
    `The backup is of PostgreSQL ${postgres}, and the one installed here is ${installed}: only the same major version opens ` +
      `its files. Restore it with the version of Nexus that made it (${nexus}), or one that brings PostgreSQL ${postgres}.`,
  )
}

/** Whether an entry stands where the server's files do: a name must not lead elsewhere. */
const isBelow = (name: string): boolean =>
  name.startsWith(dataName) && !name.includes('\0') && !name.split('/').some((part) => part === '..' || part === '.')

/** Nothing is flushed here: PostgreSQL does that with all of its files as it recovers from a backup. */
const writeEntry = async (target: string, { content }: Entry): Promise<void> => {
  const handle = await open(target, 'wx', 0o600)
  try {
    for await (const piece of content) await handle.writeFile(piece)
  } finally {
    await handle.close()
  }
}

const installedMajor = async (initdb: string): Promise<number> => {
  const { stdout } = await promisify(execFile)(initdb, ['--version'])
  return Number(/ (\d{1,3})[.\w]/.exec(stdout)?.[1])
}

const moveAway = async (place: Place): Promise<string> => {
  const kept = path.join(place.directory, `replaced-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`)
  await mkdir(kept, { mode: 0o700 })
  await hand(kept, place.account)
  await rename(place.dataDirectory, path.join(kept, 'postgres'))
  await rename(path.join(place.directory, passwordName), path.join(kept, passwordName))
  return kept
}
