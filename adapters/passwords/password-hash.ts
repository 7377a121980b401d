import { parseKeyedHash } from './issued-password.ts'

/** What a stored hash of a chosen password says. Parameters as in RFC 7914. */
export interface PasswordHash {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Memory that one verification may take, in bytes. */
export const maximumMemory = 128 * 1024 * 1024

const shape = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/

/**
 * Reads `scrypt$N$r$p$salt$hash` (salt and hash base64). Undefined where it is none, where its parameters are weaker
 * than anybody should use (N below 2¹⁴, salt or hash below 16 bytes), or where a verification would cost more memory
 * or time than a request may.
 */
export const parsePasswordHash = (text: string): PasswordHash | undefined => {
  const parts = shape.exec(text)
  if (parts === null) return undefined
  const [cost = 0, blockSize = 0, parallelization = 0] = parts.slice(1, 4).map(Number)
  const [salt = Buffer.of(), hash = Buffer.of()] = parts.slice(4).map((part) => Buffer.from(part, 'base64'))
  const powerOfTwo = Number.isInteger(Math.log2(cost))
  const fits = 128 * cost * blockSize <= maximumMemory && cost * blockSize * parallelization <= 2 ** 22
  const strong = cost >= 2 ** 14 && blockSize >= 8 && parallelization >= 1 && salt.length >= 16 && hash.length >= 16
  if (!powerOfTwo || !fits || !strong || salt.length > 64 || hash.length > 64) return undefined
  return { cost, blockSize, parallelization, salt, hash }
}

/** Writes what `parsePasswordHash` reads. */
export const formatPasswordHash = ({ cost, blockSize, parallelization, salt, hash }: PasswordHash): string =>
  `scrypt$${cost}$${blockSize}$${parallelization}$${salt.toString('base64')}$${hash.toString('base64')}`

/** Whether a text is a hash that an account can have: of a chosen password, or of one that Nexus issued. */
export const isPasswordHash = (text: string): boolean =>
  parsePasswordHash(text) !== undefined || parseKeyedHash(text) !== undefined
