import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { eachPiece } from './pieces.ts'

/** A text that only who has one of the keys can read, and only as what it was sealed as. */
interface Sealed {
  /** Which key: the first eight digits of its SHA-256. */
  readonly keyId: string
  readonly bytes: Buffer
}

/** Keeps secrets at rest, of any size: others have their turn between two pieces. The first key seals; every key opens, so that a key can be replaced. */
export interface Sealing {
  /** The key that seals now. */
  readonly keyId: string
  /** @param context what it is; it must be the same for opening, so that one sealed text cannot stand for another */
  readonly seal: (plain: Buffer, context: string) => Promise<Sealed>
  /** @throws SealingError where the key is not known, or the bytes are not what was sealed in this context */
  readonly open: (sealed: Sealed, context: string) => Promise<Buffer>
}

/**
 * Nothing can be sealed for want of a key (`no-key`), or sealed bytes cannot be opened (`unreadable`). The message names
 * the remedy, and nothing of the content.
 */
export class SealingError extends Error {
  override readonly name = 'SealingError'
  readonly code: 'no-key' | 'unreadable'
  constructor(code: SealingError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** AES-256-GCM with a random nonce of 96 bits: far below the number of seals at which one could repeat. */
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

const idOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

/** The names of keys, by which sealed texts tell which one they need. @param keys 32 bytes each, in base64 */
export const keyIdsOf = (keys: readonly string[]): string[] => keys.map((key) => idOf(Buffer.from(key, 'base64')))

/**
 * @param keys 32 bytes each, in base64
 * @param setting where the configuration has them, for people
 * @returns undefined where there is no key
 */
export const createSealing = (keys: readonly string[], setting = 'terraform.stateKeys'): Sealing | undefined => {
  const secrets = keys.map((key) => Buffer.from(key, 'base64'))
  const byId = new Map(secrets.map((key) => [idOf(key), key]))
  const [first] = secrets
  if (first === undefined) return undefined
  const keyId = idOf(first)
  return {
    keyId,
    seal: async (plain, context) => {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv(algorithm, first, nonce).setAAD(Buffer.from(context))
      const pieces: Buffer[] = [nonce]
      await eachPiece(plain, (piece) => pieces.push(cipher.update(piece)))
      pieces.push(cipher.final())
      return { keyId, bytes: Buffer.concat([...pieces, cipher.getAuthTag()]) }
    },
    open: async ({ keyId: id, bytes }, context) => {
      const key = byId.get(id)
      if (key === undefined)
        throw new SealingError(
          'unreadable',
          `This was sealed with the key ${id}, which is not among ${setting}; add it back.`,
        )
      try {
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes))
        const pieces: Buffer[] = []
        await eachPiece(bytes.subarray(nonceBytes, -tagBytes), (piece) => pieces.push(decipher.update(piece)))
        return Buffer.concat([...pieces, decipher.final()])
      } catch {
        throw new SealingError('unreadable', 'What is stored was changed, or belongs elsewhere: it cannot be opened.')
      }
    },
  }
}
