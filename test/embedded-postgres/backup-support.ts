import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { readArchive, textOf, writeArchive } from '../../adapters/embedded-postgres/backup/archive.ts'
import type { Entry } from '../../adapters/embedded-postgres/backup/archive.ts'
import { Manifest, manifestEntry, manifestName } from '../../adapters/embedded-postgres/backup/manifest.ts'
import { startEmbedded } from '../../adapters/embedded-postgres/embedded.ts'
import { recordOf } from '../../domain/shape.ts'

/** A folder that the user who runs the server can reach; it goes with the test. */
export const emptyFolder = async (
  keep: (close: () => Promise<void>) => void = (close) => onTestFinished(close),
): Promise<string> => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'nexus-backup-'))
  keep(() => rm(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755)
  return folder
}

/** Writes a configuration whose embedded database is in `embedded`. @returns the file */
export const configurationIn = async (
  folder: string,
  text: string,
  embedded: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const file = path.join(folder, 'nexus.yaml')
  const written = { ...recordOf(JSON.parse(text)), database: { embedded }, ...more }
  await writeFile(file, JSON.stringify(written), { mode: 0o600 })
  return file
}

/** What a statement answers on an embedded database, which is started for it. */
export const ask = async <Row extends pg.QueryResultRow>(embedded: string, text: string): Promise<Row[]> => {
  const postgres = await startEmbedded(embedded)
  const client = new pg.Client({ connectionString: postgres.url })
  try {
    await client.connect()
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
    await postgres.stop()
  }
}

/** The same backup, which says something else of itself: its checksum is right. */
export const retold = async (file: string, to: string, more: Partial<Manifest>): Promise<void> => {
  const entries = async function* (): AsyncGenerator<Entry, void, void> {
    for await (const entry of readArchive(file)) {
      if (entry.name !== manifestName) {
        yield entry
        continue
      }
      yield manifestEntry({ ...Manifest.parse(JSON.parse(await textOf(entry.content))), ...more })
    }
  }
  await writeArchive(to, entries())
}
