import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { TooManyPasswords } from './errors.ts'
import { formatPasswordHash, maximumMemory } from './password-hash.ts'
import type { PasswordHash } from './password-hash.ts'

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

/** A new password: 256 random bits. */
export const issuePassword = (): string => `nxs_${randomBytes(32).toString('base64url')}`

/**
 * Hashes a password: `scrypt$N$r$p$salt$hash`.
 *
 * @param like another hash of the same account, whose salt and parameters are taken: verifying a password against both
 *   then costs no more than against one, and does not tell by its time that there are two
 */
export const hashPassword = async (password: string, like?: PasswordHash): Promise<string> => {
  const { cost, blockSize, parallelization, salt } = like ?? { ...defaultCost, salt: randomBytes(16) }
  const parameters = { cost, blockSize, parallelization, salt }
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

/** How many verifications run and wait at the same time. */
export interface PasswordLimits {
  readonly running: number
  readonly waiting: number
}

/**
 * Two at a time: each takes 32 MB and one of Node's four threads for I/O, which name look-ups and files need too. Who
 * comes when 64 wait is told to come again.
 */
export const defaultPasswordLimits: PasswordLimits = { running: 2, waiting: 64 }

const parametersOf = ({ cost, blockSize, parallelization, salt, hash }: PasswordHash): string =>
  [cost, blockSize, parallelization, salt.toString('base64'), hash.length].join(' ')

/** The one of several hashes that a password has. Hashes with the same salt and parameters cost one derivation. */
const matching = async (password: string, expected: readonly PasswordHash[]): Promise<PasswordHash | undefined> => {
  for (const alike of Map.groupBy(expected, parametersOf).values()) {
    const [first] = alike
    const derived = first && (await derive(password, first, first.hash.length))
    const found = derived && alike.find(({ hash }) => timingSafeEqual(derived, hash))
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Verifies passwords, a few at a time: the function that it returns says which of an account's hashes a password has, if
 * any, and throws TooManyPasswords where too many wait. Comparison is in constant time.
 */
export const createPasswordVerifier = ({ running, waiting }: PasswordLimits = defaultPasswordLimits) => {
  let free = running
  const queue: (() => void)[] = []
  const enter = async (): Promise<void> => {
    if (free > 0) {
      free--
      return
    }
    if (queue.length >= waiting) throw new TooManyPasswords()
    await new Promise<void>((resolve) => void queue.push(resolve))
  }
  const leave = (): void => {
    const next = queue.shift()
    if (next === undefined) free++
    else next()
  }
  return async (password: string, expected: readonly PasswordHash[]): Promise<PasswordHash | undefined> => {
    await enter()
    try {
      return await matching(password, expected)
    } finally {
      leave()
    }
  }
}
