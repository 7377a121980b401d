import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { placeFor } from '../place.ts'
import { passwordName } from '../server.ts'
import { entryOf, writeArchive } from './archive.ts'
import type { Entry } from './archive.ts'
import { copyOf, majorVersionOf } from './copy.ts'
import type { Progress } from './copy.ts'
import { manifestEntry } from './manifest.ts'
import type { Manifest } from './manifest.ts'

/** What the database says of itself, for the manifest. */
export type Facts = Omit<Manifest, 'format' | 'postgres'>

/** Below it stand the server's files. */
export const dataName = 'postgres/'

/**
 * Backs the running embedded database of a folder up into a file. The password of its server goes along, as who has the file
 * has everything else in it too.
 *
 * @param url of the running server
 * @returns what the backup says of itself
 * @throws BackupRefused where there is a file of that name
 */
export const writeBackup = async (
  directory: string,
  url: string,
  file: string,
  facts: Facts,
  progress: Progress,
): Promise<Manifest> => {
  const place = await placeFor(path.resolve(directory))
  const manifest: Manifest = { format: 1, postgres: await majorVersionOf(place.dataDirectory), ...facts }
  const password = await readFile(path.join(place.directory, passwordName), 'utf8')
  const entries = async function* (): AsyncGenerator<Entry, void, void> {
    yield manifestEntry(manifest)
    yield entryOf(passwordName, password)
    yield* copyOf(url, place.dataDirectory, dataName, progress)
  }
  await writeArchive(file, entries())
  return manifest
}
