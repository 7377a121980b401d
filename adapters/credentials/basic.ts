import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ServiceAccountConfiguration } from '../config/configuration.ts'
import { Unauthenticated } from './errors.ts'
import { parsePasswordHash } from './password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import { createPasswordVerifier, defaultCost, defaultPasswordLimits, impossibleHash } from './passwords.ts'
import type { PasswordLimits } from './passwords.ts'
import type { Attempts } from './attempts.ts'

/** How long a verified password is remembered, so that not every request costs a verification. */
const rememberMs = 5 * 60_000

interface Account {
  readonly account: ServiceAccountConfiguration
  readonly hash: PasswordHash
}

/** RFC 7617: base64 of `name:password` in UTF-8; the name ends at the first colon. Undefined where it is not that. */
export const readBasic = (encoded: string): { name: string; password: string } | undefined => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, 'base64'))
    const colon = text.indexOf(':')
    return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
  } catch {
    return undefined
  }
}

const accountsOf = (accounts: readonly ServiceAccountConfiguration[]): Map<string, Account> =>
  new Map(
    accounts.map((account) => {
      const hash = parsePasswordHash(account.passwordHash)
      if (hash === undefined)
        throw new Error(`The password hash of ${account.name} cannot be read; \`nexus hash password\` makes one.`)
      return [account.name, { account, hash }]
    }),
  )

const workOf = ({ cost, blockSize, parallelization }: typeof defaultCost | PasswordHash): number =>
  cost * blockSize * parallelization

/**
 * Verifies names and passwords of service accounts. An unknown name costs the same work as a wrong password, and gets
 * the same answer. A right password is remembered for some minutes by a keyed hash, one entry for each account.
 *
 * The function that it returns throws Unauthenticated, TooManyAttempts where too many have failed, or TooManyPasswords
 * where too many wait.
 *
 * @param now the time in milliseconds
 */
export const createBasicVerifier = (
  accounts: readonly ServiceAccountConfiguration[],
  now: () => number,
  limits: PasswordLimits = defaultPasswordLimits,
  attempts?: Attempts,
) => {
  const known = accountsOf(accounts)
  const costliest = [...known.values()].map(({ hash }) => hash).toSorted((a, b) => workOf(b) - workOf(a))[0]
  const nobody = impossibleHash(costliest ?? defaultCost)
  const verify = createPasswordVerifier(limits)
  const key = randomBytes(32)
  const remembered = new Map<string, { readonly digest: Buffer; readonly until: number }>()

  const isRemembered = (name: string, digest: Buffer): boolean => {
    const entry = remembered.get(name)
    return entry !== undefined && now() < entry.until && timingSafeEqual(entry.digest, digest)
  }

  return async (encoded: string, address: string | null = null): Promise<ServiceAccountConfiguration> => {
    const given = readBasic(encoded)
    if (given === undefined)
      throw new Unauthenticated('The Basic credentials cannot be read: base64 of name:password in UTF-8 is expected.')
    const { name, password } = given
    const entry = known.get(name)
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest()
    if (entry !== undefined && isRemembered(name, digest)) return entry.account
    attempts?.hear(address, name)
    const right = await verify(password, entry?.hash ?? nobody)
    if (!right || entry === undefined) {
      attempts?.wrong(name)
      throw new Unauthenticated('The name or the password of the service account is wrong.')
    }
    attempts?.succeeded(address, name)
    remembered.set(name, { digest, until: now() + rememberMs })
    return entry.account
  }
}
