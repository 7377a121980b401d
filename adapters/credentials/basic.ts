import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { accountCaller } from '../../domain/access/grants.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ServiceAccountConfiguration } from '../config/configuration.ts'
import { createTurns } from '../limits/turns.ts'
import type { TurnLimits } from '../../domain/limits/turns.ts'
import type { Attempt, Attempts } from './attempts.ts'
import { TooManyAttempts, TooManyPasswords, Unauthenticated } from './errors.ts'
import { hashIssuedPassword, isIssuedPassword, matchingKeyedHash } from '../passwords/issued-password.ts'
import { isPasswordHash, parsePasswordHash } from '../passwords/password-hash.ts'
import type { PasswordHash } from '../passwords/password-hash.ts'
import { defaultCost, impossibleHash, verifyPassword } from './passwords.ts'

/** How long a verified password is remembered, so that not every request costs a verification. */
const rememberMs = 5 * 60_000

/**
 * Two at a time: each takes 32 MB and one of Node's four threads for I/O, which name look-ups and files need too. Who
 * comes when so many wait, of those who are known or of strangers, is told to come again.
 */
const defaultPasswordLimits: TurnLimits = { running: 2, waiting: 32 }

/** An account as it is found by its name: who it is, and what proves that. */
export interface Account {
  readonly caller: Caller
  /** Hashes of the passwords that are good (`password-hash.ts`, `issued-password.ts`); without any nobody comes in. */
  readonly hashes: readonly string[]
  /** Why a right password is not enough; null where it is. */
  readonly refusal: string | null
  /** Told which hash let it in. */
  readonly used: (hash: string) => void
  /** Keeps another hash of the same password from now on; null where that is not ours to do. */
  readonly rehash: ((former: string, hash: string) => void) | null
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

/** The accounts of the configuration, by name. @throws where a hash cannot be read */
const configuredAccounts = (
  accounts: readonly ServiceAccountConfiguration[],
  used: (name: string) => void,
): ReadonlyMap<string, Account> =>
  new Map(
    accounts.map((account) => {
      if (!isPasswordHash(account.passwordHash))
        throw new Error(`The password hash of ${account.name} cannot be read; \`nexus hash password\` makes one.`)
      const hashes = [account.passwordHash]
      const caller = accountCaller(account.name, account)
      return [account.name, { caller, hashes, refusal: null, used: () => used(account.name), rehash: null }]
    }),
  )

/**
 * A hash that no password has, for a name without a chosen password. It costs what one of the configuration's costs, the
 * same one for a name each time and in every process, so that the work does not tell which names there are.
 */
const createStandIns = (accounts: readonly ServiceAccountConfiguration[]) => {
  const chosen = accounts.flatMap(({ passwordHash }) => parsePasswordHash(passwordHash) ?? [])
  const costs = chosen.length === 0 ? [defaultCost] : chosen
  const key = createHash('sha256')
    .update(JSON.stringify(accounts.map(({ passwordHash }) => passwordHash)))
    .digest()
  const standIns = costs.map(impossibleHash)
  return (name: string): PasswordHash => {
    const place = createHmac('sha256', key).update(name).digest().readUInt32BE() % standIns.length
    return standIns[place] ?? impossibleHash(defaultCost)
  }
}

/** Passwords that were found to be right lately: one for each account, by a keyed hash that lives in this process only. */
export const createRemembered = (now: () => number) => {
  const key = randomBytes(32)
  const entries = new Map<string, { readonly digest: Buffer; readonly hash: string; readonly until: number }>()
  const digestOf = (name: string, password: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([name, password]))
      .digest()
  return {
    /** The hash that a password was last found to have; undefined where it has to be verified. */
    hashOf: (name: string, password: string): string | undefined => {
      const entry = entries.get(name)
      const isRight =
        entry !== undefined && now() < entry.until && timingSafeEqual(entry.digest, digestOf(name, password))
      return isRight ? entry.hash : undefined
    },
    add: (name: string, password: string, hash: string): void =>
      void entries.set(name, { digest: digestOf(name, password), hash, until: now() + rememberMs }),
  }
}

const wrong = () => new Unauthenticated('The name or the password of the service account is wrong.')

/**
 * Verifies names and passwords of service accounts: those of the configuration, then those of the database.
 *
 * A password that Nexus issued is compared at once with the keyed hashes of the account: that is never limited. Only where
 * a password may be one that somebody chose (or an issued one of which scrypt is still kept) does it cost a derivation, and
 * waits for its turn. Whatever the name: one that does not exist costs the same, and gets the same answer. A right one is
 * remembered for some minutes, and only as long as the account still has it.
 *
 * The function that it returns throws Unauthenticated; TooManyAttempts where too many have failed, or wait.
 *
 * @param registered finds an account of the database
 * @param used told which account of the configuration came in
 * @param remembered passwords that need no derivation
 */
export const createBasicVerifier = (
  accounts: readonly ServiceAccountConfiguration[],
  registered: (name: string) => Promise<Account | undefined>,
  used: (name: string) => void,
  remembered: Remembered,
  attempts: Attempts,
  limits: TurnLimits = defaultPasswordLimits,
) => {
  const configured = configuredAccounts(accounts, used)
  const standInFor = createStandIns(accounts)
  const byTurns = createTurns(limits, () => new TooManyPasswords())

  /** The one of these hashes that a password has, by work. @throws TooManyPasswords where it has not been done */
  const verifyInTurn = async (
    { known, network, dropped }: Attempt,
    name: string,
    password: string,
    expected: readonly PasswordHash[],
  ): Promise<PasswordHash | undefined> => {
    const comer = known
      ? { lane: 'known' as const, source: JSON.stringify([network, name]), name }
      : { lane: 'stranger' as const, source: network, name }
    try {
      return await byTurns(comer, () => verifyPassword(password, expected))
    } catch (error) {
      if (error instanceof TooManyAttempts) dropped()
      throw error
    }
  }

  /** The hash that a password has which costs work to verify. @throws Unauthenticated, TooManyAttempts */
  const verifyByWork = async (
    account: Account | undefined,
    slow: ReadonlyMap<PasswordHash, string>,
    { name, password, address }: Given,
  ): Promise<string> => {
    const known = remembered.hashOf(name, password)
    if (known !== undefined && account?.hashes.includes(known) === true) {
      attempts.signedIn(address, name)
      return known
    }
    const attempt = attempts.begin(address, name)
    const expected = slow.size === 0 ? [standInFor(name)] : [...slow.keys()]
    const matching = await verifyInTurn(attempt, name, password, expected)
    const found = matching && slow.get(matching)
    if (found === undefined) throw wrong()
    attempt.succeeded()
    remembered.add(name, password, found)
    if (isIssuedPassword(password)) account?.rehash?.(found, hashIssuedPassword(password))
    return found
  }

  /** The hash of the account that the password has. @throws Unauthenticated, TooManyAttempts */
  const verify = async (account: Account | undefined, given: Given): Promise<string> => {
    const { name, password, address } = given
    const hashes = account?.hashes ?? []
    const slow = new Map(
      hashes.flatMap((text) => {
        const parsed = parsePasswordHash(text)
        return parsed === undefined ? [] : [[parsed, text] as const]
      }),
    )
    if (!isIssuedPassword(password)) return verifyByWork(account, slow, given)
    const found = matchingKeyedHash(password, hashes)
    if (found !== undefined) return found
    if (slow.size > 0) return verifyByWork(account, slow, given)
    attempts.failed(address, name)
    throw wrong()
  }

  return async (encoded: string, address: string | null = null): Promise<Caller> => {
    const given = readBasic(encoded)
    if (given === undefined) {
      attempts.failed(address)
      throw new Unauthenticated('The Basic credentials cannot be read: base64 of name:password in UTF-8 is expected.')
    }
    const account = configured.get(given.name) ?? (await registered(given.name))
    const hash = await verify(account, { ...given, address })
    if (account === undefined) throw wrong()
    if (account.refusal !== null) {
      attempts.failed(address)
      throw new Unauthenticated(account.refusal)
    }
    account.used(hash)
    return account.caller
  }
}

export type Remembered = ReturnType<typeof createRemembered>

interface Given {
  readonly name: string
  readonly password: string
  readonly address: string | null
}
