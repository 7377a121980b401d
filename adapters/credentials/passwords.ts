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

/** Hashes a password for the configuration: `scrypt$N$r$p$salt$hash`, a new salt each time. */
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

/**
 * Verifies passwords, a few at a time. The function that it returns throws TooManyPasswords where too many wait.
 * Comparison is in constant time.
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
  return async (password: string, expected: PasswordHash): Promise<boolean> => {
    await enter()
    try {
      return timingSafeEqual(await derive(password, expected, expected.hash.length), expected.hash)
    } finally {
      leave()
    }
  }
}
