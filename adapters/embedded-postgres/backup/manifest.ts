import { z } from 'zod'
import { BackupRefused } from './refused.ts'
import { entryOf, readArchive, textOf } from './archive.ts'
import type { Entry } from './archive.ts'

/** The first entry of a backup: what it is, and what it needs. It names keys, and holds none. */
export const Manifest = z.object({
  format: z.literal(1),
  /** The version of Nexus that made it. */
  nexus: z.string(),
  /** The major version of PostgreSQL: no other opens the files. */
  postgres: z.int().positive(),
  /** The newest migration of its schema; null before the first. */
  migration: z.string().nullable(),
  /** When it was begun. */
  at: z.iso.datetime(),
  tenants: z.array(z.string()),
  /** The keys, by their fingerprints, without which what they sealed cannot be opened. */
  keys: z.object({ states: z.array(z.string()), sessions: z.array(z.string()) }),
})
export type Manifest = z.infer<typeof Manifest>

export const manifestName = 'nexus-backup.json'

export const manifestEntry = (manifest: Manifest): Entry =>
  entryOf(manifestName, `${JSON.stringify(manifest, null, 2)}\n`)

/** @throws BackupRefused where the entry is no manifest of a backup */
export const manifestIn = async (file: string, entry: Entry | undefined): Promise<Manifest> => {
  if (entry?.name !== manifestName) throw new BackupRefused(`${file} is no backup that nexus backup made.`)
  try {
    return Manifest.parse(JSON.parse(await textOf(entry.content)))
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error
    throw new BackupRefused(`${file} was made by a newer version of Nexus, in a form that this one does not know.`, {
      cause: error,
    })
  }
}

/** Reads a backup to its end. @throws BackupRefused where it is none, or not whole */
export const verified = async (file: string): Promise<Manifest> => {
  let manifest: Manifest | undefined
  for await (const entry of readArchive(file)) manifest ??= await manifestIn(file, entry)
  return manifest ?? manifestIn(file, undefined)
}
