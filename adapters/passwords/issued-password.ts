import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Passwords that Nexus made. Nobody can guess 256 random bits, so what is kept of them need not be slow to compute: a
 * keyed hash is compared at once, however many others guess (docs/adr/0024).
 */
export const issuePassword = (): string => `nxs_${randomBytes(32).toString('base64url')}`

/** Whether a text has the shape of what `issuePassword` makes. */
export const isIssuedPassword = (password: string): boolean => /^nxs_[A-Za-z0-9_-]{43}$/.test(password)

/** What is kept of an issued password: HMAC-SHA-256 with a key of its own, both of 32 bytes. */
export interface KeyedHash {
  readonly key: Buffer
  readonly digest: Buffer
}

const digestOf = (password: string, key: Buffer): Buffer => createHmac('sha256', key).update(password, 'utf8').digest()

/** Hashes an issued password: `hmac-sha256$key$digest` (both base64). */
export const hashIssuedPassword = (password: string): string => {
  const key = randomBytes(32)
  return `hmac-sha256$${key.toString('base64')}$${digestOf(password, key).toString('base64')}`
}

/** Reads what `hashIssuedPassword` writes; undefined where it is none. */
export const parseKeyedHash = (text: string): KeyedHash | undefined => {
  const parts = /^hmac-sha256\$([A-Za-z0-9+/]{43}=)\$([A-Za-z0-9+/]{43}=)$/.exec(text)
  if (parts === null) return undefined
  const [key = Buffer.of(), digest = Buffer.of()] = parts.slice(1).map((part) => Buffer.from(part, 'base64'))
  return { key, digest }
}

/** A hash that no password has, compared where there is none, so that the time taken says nothing of an account. */
const nobody: KeyedHash = { key: randomBytes(32), digest: randomBytes(32) }
/** As many as an account can have: the present one, and the one before a rotation. */
const compared = 2

/** The one of an account's hashes that an issued password has; undefined where it has none of them. */
export const matchingKeyedHash = (password: string, hashes: readonly string[]): string | undefined => {
  const known = hashes.flatMap((text) => {
    const parsed = parseKeyedHash(text)
    return parsed === undefined ? [] : [{ text, ...parsed }]
  })
  const fill = Array.from({ length: Math.max(0, compared - known.length) }, () => ({ text: undefined, ...nobody }))
  // No early end: every hash is compared, whichever fits.
  return [...known, ...fill].reduce<string | undefined>(
    (found, { text, key, digest }) => (timingSafeEqual(digestOf(password, key), digest) ? text : found),
    undefined,
  )
}
