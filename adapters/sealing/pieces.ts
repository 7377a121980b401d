import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

/** Bytes that are worked on at once: a millisecond or less, after which others have their turn. */
const pieceBytes = 1_048_576

/** Passes bytes piece by piece, and lets others have their turn between two pieces. */
export const eachPiece = async (bytes: Uint8Array, work: (piece: Uint8Array) => void): Promise<void> => {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    if (start > 0) await setImmediate()
    work(bytes.subarray(start, start + pieceBytes))
  }
}

/** A digest in base64, of bytes of any number. */
export const digestOf = async (algorithm: 'md5' | 'sha256', bytes: Uint8Array): Promise<string> => {
  const hash = createHash(algorithm)
  await eachPiece(bytes, (piece) => hash.update(piece))
  return hash.digest('base64')
}
