import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ServiceAccountConfiguration } from '../config/configuration.ts'
import { Unauthenticated } from './errors.ts'
import { parsePasswordHash } from './password-hash.ts'
import type { PasswordHash } from './password-hash.ts'
import { createPasswordVerifier, defaultCost, defaultPasswordLimits, impossibleHash } from './passwords.ts'
import type { PasswordLimits } from './passwords.ts'
import type { Attempts } from './attempts.ts'

/** How long a verified password is remembered, so that not every request costs a verification. */
const rememberMs = 5 * 60_000

/** An account as it is found by its name: who it is, and what proves that. */
export interface Account {
  readonly caller: Caller
  /** Hashes of the passwords that are good (`password-hash.ts`); without any nobody comes in. */
  readonly hashes: readonly string[]
  /** Why a right password is not enough; null where it is. */
  readonly refusal: string | null
  /** Told which hash let it in. */
  readonly used: (hash: string) => void
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

const configuredCaller = (account: ServiceAccountConfiguration): Caller => ({
  kind: 'service-account',
  id: account.name,
  application: null,
  tenants: account.tenants,
  permissions: new Set(account.permissions),
  roles: account.roles,
  products: account.products,
  terraformStates: account.terraformStates,
})

/** The accounts of the configuration, by name. @throws where a hash cannot be read */
const configuredAccounts = (accounts: readonly ServiceAccountConfiguration[]): ReadonlyMap<string, Account> =>
  new Map(
    accounts.map((account) => {
      if (parsePasswordHash(account.passwordHash) === undefined)
        throw new Error(`The password hash of ${account.name} cannot be read; \`nexus hash password\` makes one.`)
      const hashes = [account.passwordHash]
      return [account.name, { caller: configuredCaller(account), hashes, refusal: null, used: () => undefined }]
    }),
  )

const workOf = ({ cost, blockSize, parallelization }: typeof defaultCost | PasswordHash): number =>
  cost * blockSize * parallelization

/**
 * Verifies names and passwords of service accounts: those of the configuration, then those of the database. An unknown
 * name costs the same work as a wrong password, and gets the same answer. A right password is remembered for some
 * minutes by a keyed hash, one entry for each account, and only as long as the account still has that password.
 *
 * The function that it returns throws Unauthenticated, TooManyAttempts where too many have failed, or TooManyPasswords
 * where too many wait.
 *
 * @param registered finds an account of the database
 * @param now the time in milliseconds
 */
export const createBasicVerifier = (
  accounts: readonly ServiceAccountConfiguration[],
  registered: (name: string) => Promise<Account | undefined>,
  now: () => number,
  limits: PasswordLimits = defaultPasswordLimits,
  attempts?: Attempts,
) => {
  const configured = configuredAccounts(accounts)
  const costliest = accounts
    .flatMap(({ passwordHash }) => parsePasswordHash(passwordHash) ?? [])
    .toSorted((a, b) => workOf(b) - workOf(a))[0]
  const nobody = impossibleHash(costliest ?? defaultCost)
  const verify = createPasswordVerifier(limits)
  const key = randomBytes(32)
  const remembered = new Map<string, { readonly digest: Buffer; readonly hash: string; readonly until: number }>()

  /** The hash that a password was last found to have; undefined where it has to be verified. */
  const remember = (name: string, digest: Buffer): string | undefined => {
    const entry = remembered.get(name)
    return entry !== undefined && now() < entry.until && timingSafeEqual(entry.digest, digest) ? entry.hash : undefined
  }
  const verified = async (password: string, hashes: readonly string[]): Promise<string | undefined> => {
    const readable = new Map(hashes.map((hash) => [parsePasswordHash(hash) ?? nobody, hash]))
    const found = await verify(password, readable.size === 0 ? [nobody] : [...readable.keys()])
    return found && readable.get(found)
  }

  return async (encoded: string, address: string | null = null): Promise<Caller> => {
    const given = readBasic(encoded)
    if (given === undefined)
      throw new Unauthenticated('The Basic credentials cannot be read: base64 of name:password in UTF-8 is expected.')
    const { name, password } = given
    const account = configured.get(name) ?? (await registered(name))
    const hashes = account?.hashes ?? []
    const digest = createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest()
    const known = remember(name, digest)
    if (known === undefined) attempts?.hear(address, name)
    const hash = known !== undefined && hashes.includes(known) ? known : await verified(password, hashes)
    if (account === undefined || hash === undefined) {
      attempts?.wrong(name)
      throw new Unauthenticated('The name or the password of the service account is wrong.')
    }
    attempts?.succeeded(address, name)
    if (hash !== known) remembered.set(name, { digest, hash, until: now() + rememberMs })
    if (account.refusal !== null) throw new Unauthenticated(account.refusal)
    account.used(hash)
    return account.caller
  }
}
