import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { formatPasswordHash, maximumMemory } from '../passwords/password-hash.ts'
import type { PasswordHash } from '../passwords/password-hash.ts'

/** Parameters for new hashes: 32 MB, 3 passes. Source: OWASP's cheat sheet on password storage (N=2^15, r=8, p=3). */
export const defaultCost = { cost: 2 ** 15, blockSize: 8, parallelization: 3 } as const
const hashBytes = 32

type Parameters = Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelization' | 'salt'>

const derive = async (
  password: string,
  { cost, blockSize, parallelization, salt }: Parameters,
  length: number,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options = { cost, blockSize, parallelization, maxmem: maximumMemory + 1024 * 1024 }
    scrypt(password, salt, length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })

/** Hashes a password that somebody chose: `scrypt$N$r$p$salt$hash`. */
export const hashPassword = async (password: string): Promise<string> => {
  const parameters = { ...defaultCost, salt: randomBytes(16) }
  return formatPasswordHash({ ...parameters, hash: await derive(password, parameters, hashBytes) })
}

/** A hash that no password has, for names that do not exist. */
export const impossibleHash = (like: Pick<PasswordHash, 'cost' | 'blockSize' | 'parallelization'>): PasswordHash => ({
  cost: like.cost,
  blockSize: like.blockSize,
  parallelization: like.parallelization,
  salt: randomBytes(16),
  hash: randomBytes(hashBytes),
})

const parametersOf = ({ cost, blockSize, parallelization, salt, hash }: PasswordHash): string =>
  [cost, blockSize, parallelization, salt.toString('base64'), hash.length].join(' ')

/**
 * The one of several hashes that a password has; undefined where it has none of them. Hashes with the same salt and
 * parameters cost one derivation. Comparison is in constant time.
 */
export const verifyPassword = async (
  password: string,
  expected: readonly PasswordHash[],
): Promise<PasswordHash | undefined> => {
  for (const alike of Map.groupBy(expected, parametersOf).values()) {
    const [first] = alike
    const derived = first && (await derive(password, first, first.hash.length))
    const found = derived && alike.find(({ hash }) => timingSafeEqual(derived, hash))
    if (found !== undefined) return found
  }
  return undefined
}
