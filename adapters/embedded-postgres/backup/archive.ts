import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import type { Pack } from 'tar-stream'
import { exists } from '../server.ts'
import { BackupRefused } from './refused.ts'

/**
 * A file of files: a tar in gzip, whose last entry is the digest of all that stands before it. What was cut off or damaged
 * is noticed by it, and anybody can open it with `tar xzf`.
 */

/** A file, or a folder, whose name ends with a slash. */
export interface Entry {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export const entryOf = (name: string, text: string): Entry => {
  const bytes = Buffer.from(text)
  return { name, size: bytes.length, content: [bytes] }
}

const digestName = 'sha256'

const begin = (digest: Hash, { name, size }: Pick<Entry, 'name' | 'size'>): void => {
  digest.update(`${name}\0${size}\0`)
}

/**
 * Writes a new file, which only its owner may read: under another name until it is complete and on the disk.
 *
 * @throws BackupRefused where there is a file of that name
 */
export const writeArchive = async (file: string, entries: AsyncIterable<Entry>): Promise<void> => {
  await refuseOver(file)
  const partial = `${file}.${process.pid}.part`
  const handle = await open(partial, 'wx', 0o600)
  try {
    const tar = pack()
    const filling = fill(tar, entries)
    await Promise.all([
      filling,
      // The pages of a database are mostly alike: the fastest level makes a tenth of them already.
      pipeline(Readable.from(tar), createGzip({ level: constants.Z_BEST_SPEED }), async (pieces) => {
        for await (const piece of pieces) await handle.writeFile(piece)
      }),
    ])
    await handle.sync()
    await handle.close()
    await refuseOver(file)
    await rename(partial, file)
    await flushFolder(path.dirname(file))
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(partial, { force: true })
    throw error
  }
}

const refuseOver = async (file: string): Promise<void> => {
  if (await exists(file)) throw new BackupRefused(`There is a file ${file} already. Choose another name, or remove it.`)
}

const fill = async (tar: Pack, entries: AsyncIterable<Entry>): Promise<void> => {
  const digest = createHash('sha256')
  try {
    for await (const entry of entries) {
      begin(digest, entry)
      await add(tar, entry, digest)
    }
    await add(tar, entryOf(digestName, `${digest.digest('hex')}\n`))
    tar.finalize()
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}

const add = async (tar: Pack, { name, size, content }: Entry, digest?: Hash): Promise<void> => {
  const isFolder = name.endsWith('/')
  const header = { name, size, mode: isFolder ? 0o700 : 0o600, type: isFolder ? 'directory' : 'file' } as const
  const written = Promise.withResolvers<void>()
  const sink = tar.entry(header, (error) => (error ? written.reject(error) : written.resolve()))
  if (!isFolder) {
    for await (const piece of content) {
      digest?.update(piece)
      if (!sink.write(piece)) await Promise.race([once(sink, 'drain'), written.promise])
    }
    sink.end()
  }
  await written.promise
}

/**
 * Reads a file entry by entry; what is not read of one is passed over. It ends only where the whole file was read, and is
 * what was written.
 *
 * @throws BackupRefused where the file is damaged or cut off
 */
export const readArchive = async function* (file: string): AsyncGenerator<Entry, void, void> {
  const source = createReadStream(file)
  await once(source, 'open')
  const tar = extract()
  // It fails where the entries do; who reads these is told.
  const feeding = pipeline(source, createGunzip(), tar).catch(() => undefined)
  const digest = createHash('sha256')
  const refuse = (cause: unknown): never => {
    throw new BackupRefused(`${file} is damaged, or cut off: it cannot be read to its end.`, { cause })
  }
  let told: string | undefined
  const entries = tar[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await entries.next().catch(refuse)
      if (next.done === true || told !== undefined) break
      const { name, size = 0 } = next.value.header
      const content = next.value
      if (name === digestName) {
        told = (await textOf(content).catch(refuse)).trim()
        continue
      }
      begin(digest, { name, size })
      const digested = digesting(content, digest, refuse)
      yield { name, size, content: digested }
      for await (const piece of digested) void piece
    }
  } finally {
    source.destroy()
    tar.destroy()
    await feeding
  }
  if (told !== digest.digest('hex'))
    throw new BackupRefused(`${file} is damaged, or cut off: its checksum is not that of its content.`)
}

const digesting = async function* (
  content: AsyncIterable<unknown>,
  digest: Hash,
  refuse: (cause: unknown) => never,
): AsyncGenerator<Uint8Array, void, void> {
  const pieces = content[Symbol.asyncIterator]()
  for (;;) {
    const { value, done } = await pieces.next().catch(refuse)
    if (done === true) return
    if (!(value instanceof Uint8Array)) throw new TypeError('An archive holds bytes.')
    digest.update(value)
    yield value
  }
}

/** Of an entry whose text is short. */
export const textOf = async (content: AsyncIterable<unknown> | Iterable<unknown>): Promise<string> => {
  const pieces: Uint8Array[] = []
  for await (const piece of content) if (piece instanceof Uint8Array) pieces.push(piece)
  return Buffer.concat(pieces).toString('utf8')
}

/** A name is in its folder for good. Not every system opens folders. */
export const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
