import { open, readdir, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { codeOf } from '../../../domain/shape.ts'
import { parsed } from '../../postgres/database/rows.ts'
import { entryOf } from './archive.ts'
import type { Entry } from './archive.ts'

/**
 * The files of a running PostgreSQL as a backup of it: copied in its own backup mode, whatever is written meanwhile, with the
 * log of what was. A server that is started on them replays that log up to the end of the copy.
 *
 * Source: https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */

/** Folders whose content belongs to the running server; they are needed, and needed empty. */
const emptied = new Set([
  'pg_wal',
  'pg_stat_tmp',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_subtrans',
])

const leftOut =
  /^(?:postmaster\.(?:pid|opts)|backup_label(?:\.old)?|tablespace_map(?:\.old)?|backup_manifest|pgsql_tmp.*|pg_internal\.init.*|.*\.tmp)$/

const LabelRow = z.object({ label: z.string(), map: z.string(), last: z.string() })
const SizeRow = z.object({ size: z.coerce.number() })

const pieceBytes = 262_144

/** How far a copy is, in bytes; `of` is about what there will be. */
export type Progress = (done: number, of: number) => void

/**
 * @param url as the superuser
 * @param dataDirectory the server's
 * @returns the entries, all below `into`, which end with what makes them a backup
 */
export const copyOf = async function* (
  url: string,
  dataDirectory: string,
  into: string,
  progress: Progress,
): AsyncGenerator<Entry, void, void> {
  // The backup mode, and the slot that keeps the log, last as long as this connection.
  const client = new pg.Client({ connectionString: url, application_name: 'nexus-backup' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(`select pg_create_physical_replication_slot($1, true, true)`, [`nexus_backup_${process.pid}`])
    const sizes = await client.query(`select sum(pg_database_size(oid)) as size from pg_database`)
    const of = parsed(SizeRow, sizes.rows)[0]?.size ?? 0
    await client.query(`select pg_backup_start('nexus backup', true)`)
    let done = 0
    for await (const entry of filesIn(dataDirectory, '')) {
      yield { ...entry, name: `${into}${entry.name}` }
      done += entry.size
      progress(done, of)
    }
    const stopped = await client.query(
      `select b.labelfile as label, b.spcmapfile as map, pg_walfile_name(pg_current_wal_lsn()) as last
       from pg_backup_stop(false) b`,
    )
    const [row] = parsed(LabelRow, stopped.rows)
    if (row === undefined) throw new Error('The server has not ended its backup.')
    if (row.map.trim() !== '') throw new Error('A database with tablespaces of its own is not copied.')
    for (const name of await logsFrom(dataDirectory, row))
      yield* fileIn(path.join(dataDirectory, 'pg_wal', name), `${into}pg_wal/${name}`)
    yield entryOf(`${into}backup_label`, row.label)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The files of the log that a start from this backup needs: from the first that its label names, to the last written. */
const logsFrom = async (dataDirectory: string, { label, last }: z.infer<typeof LabelRow>): Promise<string[]> => {
  const first = /\(file ([0-9A-F]{24})\)/.exec(label)?.[1]
  if (first === undefined) throw new Error('The label of the backup names no file of the log.')
  const names = await readdir(path.join(dataDirectory, 'pg_wal'))
  return names
    .filter((name) => (/^[0-9A-F]{24}$/.test(name) ? name >= first && name <= last : name.endsWith('.history')))
    .toSorted()
}

/** Every file and folder below one; what vanishes meanwhile was dropped, and the log says so. */
const filesIn = async function* (root: string, below: string): AsyncGenerator<Entry, void, void> {
  const found = await readdir(path.join(root, below), { withFileTypes: true }).catch(unlessGone)
  // The control file last: it is the one that says up to where the others may be.
  const entries = (found ?? []).toSorted((a, b) => rank(a.name) - rank(b.name))
  for (const entry of entries) {
    const name = `${below}${entry.name}`
    if (leftOut.test(entry.name)) continue
    if (entry.isDirectory()) {
      yield { name: `${name}/`, size: 0, content: [] }
      if (below !== '' || !emptied.has(entry.name)) yield* filesIn(root, `${name}/`)
    } else if (entry.isFile()) yield* fileIn(path.join(root, name), name)
  }
}

const rank = (name: string): number => Number(name === 'global') + 2 * Number(name === 'pg_control')

const unlessGone = (error: unknown): undefined => {
  if (codeOf(error) !== 'ENOENT') throw error
  return undefined
}

/** One file, which is open until the next entry is asked for; nothing where it has vanished. */
const fileIn = async function* (file: string, name: string): AsyncGenerator<Entry, void, void> {
  const handle = await open(file).catch(unlessGone)
  if (handle === undefined) return
  try {
    const { size } = await handle.stat()
    yield { name, size, content: bytesOf(handle, size) }
  } finally {
    await handle.close()
  }
}

/** So many bytes, whatever becomes of the file: what grows is in the log, and so is what was cut off, in whose place zeros go. */
const bytesOf = async function* (handle: FileHandle, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < size;) {
    const piece = Buffer.alloc(Math.min(pieceBytes, size - at))
    let filled = 0
    while (filled < piece.length) {
      const { bytesRead } = await handle.read(piece, filled, piece.length - filled, at + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    yield piece
    at += piece.length
  }
}

/** The major version of the data in a folder. */
export const majorVersionOf = async (dataDirectory: string): Promise<number> =>
  Number((await readFile(path.join(dataDirectory, 'PG_VERSION'), 'utf8')).trim())
