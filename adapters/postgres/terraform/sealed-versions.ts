import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import type { Sealing } from '../../sealing/sealing.ts'
import { SealingError } from '../../sealing/sealing.ts'
import { integer } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { StateKey } from './state-rows.ts'

const decompress = promisify(gunzip)

/** What a version is sealed as: one text cannot be put into the place of another. */
const contextOf = ({ tenantId, name }: StateKey, version: number): string => `${tenantId}/${name}/${version}`

/**
 * The texts of states' versions: compressed, and sealed with a key that the database does not have.
 *
 * @param sealing undefined where there is no key: then no state can be written or read
 */
export const createSealedVersions = (db: Kysely<Database>, sealing: Sealing | undefined) => {
  const sealer = (): Sealing => {
    if (sealing !== undefined) return sealing
    throw new SealingError(
      'no-key',
      'No state can be kept without a key: set terraform.stateKeys (32 random bytes, as `openssl rand -base64 32` writes them).',
    )
  }

  /** The text in a version's row. @throws SealingError */
  const open = async (key: StateKey, pieces: readonly SealedPiece[]): Promise<Buffer | undefined> => {
    const [first] = pieces
    if (first === undefined) return undefined
    const bytes = Buffer.concat(pieces.map(({ piece }) => piece))
    return decompress(await sealer().open({ keyId: first.key_id, bytes }, contextOf(key, first.version)))
  }

  return {
    /** @throws SealingError where there is no key */
    mustHaveKey: (): void => void sealer(),

    /** @param compressed a version's text. @returns what is stored of it, and the key's name */
    seal: (key: StateKey, version: number, compressed: Buffer) => sealer().seal(compressed, contextOf(key, version)),

    /** The current text; undefined where there is none. @throws SealingError */
    read: async (key: StateKey): Promise<{ readonly text: Buffer; readonly version: number } | undefined> => {
      // One statement: a version that was current a moment ago may be one too many now, and no state is not what there is.
      const { rows } = await sql`
        select v.version, v.key_id, ${piece} as piece from nexus.terraform_states s
        join nexus.terraform_state_versions v on v.tenant_id = s.tenant_id and v.state = s.name and v.version = s.version,
        ${pieceStarts} as p(start)
        where s.tenant_id = ${key.tenantId} and s.name = ${key.name} order by p.start
      `.execute(db)
      const pieces = parsed(SealedPiece, rows)
      const text = await open(key, pieces)
      return text && { text, version: pieces[0]?.version ?? 0 }
    },

    /** The text of one version, current or not. @throws SealingError */
    readVersion: async (key: StateKey, version: number): Promise<Buffer | undefined> => {
      const { rows } = await sql`
        select v.version, v.key_id, ${piece} as piece from nexus.terraform_state_versions v, ${pieceStarts} as p(start)
        where v.tenant_id = ${key.tenantId} and v.state = ${key.name} and v.version = ${version} order by p.start
      `.execute(db)
      return open(key, parsed(SealedPiece, rows))
    },

    /**
     * Seals what an older key has sealed with the first one, a version at a time, so that the older key can go. A version
     * that cannot be opened stays as it is, and the next is tried.
     *
     * @param onVersion called after each
     * @returns how many were sealed anew, and why others could not be opened
     * @throws SealingError where there is no key at all
     */
    rekey: async (
      onVersion: (done: number, of: number) => void,
    ): Promise<{ readonly versions: number; readonly unreadable: readonly string[] }> => {
      const { keyId } = sealer()
      const { rows } = await sql`
        select tenant_id, state, version from nexus.terraform_state_versions where key_id <> ${keyId}
        order by tenant_id, state, version
      `.execute(db)
      const versions = parsed(VersionKeyRow, rows)
      const unreadable: string[] = []
      for (const [index, { tenant_id: tenantId, state: name, version }] of versions.entries()) {
        try {
          await db.transaction().execute((trx) => sealAnew(trx, sealer(), { tenantId, name }, version))
        } catch (error) {
          if (!(error instanceof SealingError)) throw error
          unreadable.push(`${tenantId}/${name}, version ${version}: ${error.message}`)
        }
        onVersion(index + 1, versions.length)
      }
      return { versions: versions.length - unreadable.length, unreadable }
    },
  }
}

const sealAnew = async (
  trx: Transaction<Database>,
  sealing: Sealing,
  key: StateKey,
  version: number,
): Promise<void> => {
  const { rows } = await sql`
    select key_id, sealed from nexus.terraform_state_versions
    where tenant_id = ${key.tenantId} and state = ${key.name} and version = ${version} for update
  `.execute(trx)
  const [row] = parsed(SealedRow, rows)
  if (row === undefined) return
  const context = contextOf(key, version)
  const plain = await sealing.open({ keyId: row.key_id, bytes: row.sealed }, context)
  const { keyId, bytes } = await sealing.seal(plain, context)
  await sql`
    update nexus.terraform_state_versions set key_id = ${keyId}, sealed = ${bytes}
    where tenant_id = ${key.tenantId} and state = ${key.name} and version = ${version}
  `.execute(trx)
}

const bytes = z.instanceof(Buffer)
const VersionKeyRow = z.object({ tenant_id: z.string(), state: z.string(), version: integer })
const SealedRow = z.object({ key_id: z.string(), sealed: bytes })

/** A version's bytes come in rows of a megabyte: the driver reads each at once, and a whole one would take too long. */
const SealedPiece = z.object({ version: integer, key_id: z.string(), piece: bytes })
type SealedPiece = z.infer<typeof SealedPiece>

const pieceBytes = 1_048_576
const piece = sql`substring(v.sealed from p.start for ${sql.lit(pieceBytes)})`
const pieceStarts = sql`generate_series(1, greatest(1, octet_length(v.sealed)), ${sql.lit(pieceBytes)})`
