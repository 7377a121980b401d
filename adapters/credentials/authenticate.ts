import type { TurnLimits } from '../../domain/limits/turns.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { Http } from '../http/http.ts'
import type { ConfiguredUses } from '../postgres/configured-uses.ts'
import type { Configuration } from '../config/configuration.ts'
import { createAttempts } from './attempts.ts'
import type { Attempts } from './attempts.ts'
import { createApplicationFinder } from './application-tokens.ts'
import { createBasicVerifier, createRemembered } from './basic.ts'
import type { Remembered } from './basic.ts'
import { createBearerVerifier, createTokenReader } from './bearer.ts'
import type { TokenReader } from './bearer.ts'
import { createUseNotes } from './configured-uses.ts'
import { userCaller } from './user-caller.ts'
import { Unauthenticated } from './errors.ts'
import type { KeyTimes } from './keys.ts'
import { createRegisteredAccounts, createRegisteredApplications, nobodyRegistered } from './registered.ts'
import type { RegisteredCallers } from './registered.ts'

/** The headers that say who asks: `Authorization`, and the configured one for the application token. */
export interface Credentials {
  readonly authorization?: string | undefined
  readonly applicationToken?: string | undefined
  /** The network address that they came from, where it is known. */
  readonly address?: string | null
  /** The tenant that is asked about: user ids and roles may be called otherwise on each. Null where it is no one tenant. */
  readonly tenantId?: string | null
}

/**
 * Says who asks.
 *
 * @throws Unauthenticated where the credentials are missing or wrong (401)
 * @throws TooManyAttempts where too many have failed, or wait (429)
 * @throws AuthenticationUnavailable where that cannot be said now (503): IssuerUnavailable
 */
export type Authenticate = (credentials: Credentials) => Promise<Caller>

export interface AuthenticatorOptions {
  /**
   * The time in milliseconds. Left out, it is the machine's where a token names a time, and a clock that nobody sets for
   * everything that is counted or kept for a while.
   */
  readonly now?: () => number
  readonly keyTimes?: KeyTimes
  /** What verifies tokens, where others read them too: each issuer is then asked for its keys once. */
  readonly readToken?: TokenReader
  readonly passwordLimits?: TurnLimits
  /** Where sign-ins that fail are counted; its own where it is left out. */
  readonly attempts?: Attempts
  /** Passwords that were found to be right lately; its own where it is left out. */
  readonly remembered?: Remembered
  /** The callers of the database; without them those of the configuration are all. */
  readonly registered?: RegisteredCallers
  /** Where it is written down that a caller of the configuration came in; without it, nowhere. */
  readonly configuredUses?: Pick<ConfiguredUses, 'note'>
  /** Told when the last use of a secret could not be written down. */
  readonly onError?: (error: unknown) => void
}

/**
 * Authenticates callers as the contract says: (Bearer and application token) or Basic. The application token is
 * checked first: without a valid one nobody can make Nexus ask an issuer for keys. Callers of the configuration come
 * before those of the database: they work while it is away, and their names are theirs.
 */
export const createAuthenticator = (
  http: Http,
  configuration: Pick<Configuration, 'issuers' | 'applicationTokens' | 'serviceAccounts'>,
  {
    now,
    keyTimes,
    readToken = createTokenReader(http, configuration.issuers, now, keyTimes, now),
    passwordLimits,
    attempts = createAttempts(now ?? (() => performance.now())),
    remembered = createRemembered(now ?? (() => performance.now())),
    registered = nobodyRegistered,
    configuredUses = { note: () => Promise.resolve() },
    onError = () => undefined,
  }: AuthenticatorOptions = {},
): Authenticate => {
  const { header, tokens } = configuration.applicationTokens
  const configuredApplication = createApplicationFinder(tokens)
  const registeredApplication = createRegisteredApplications(
    registered.application,
    new Set(tokens.map(({ name }) => name)),
    onError,
  )
  const { issuers } = configuration
  const steady = now ?? (() => performance.now())
  const verifyBearer = createBearerVerifier(readToken, now ?? Date.now)
  const used = createUseNotes(configuredUses.note, steady, onError)
  const verifyBasic = createBasicVerifier(
    configuration.serviceAccounts,
    createRegisteredAccounts(registered.account, onError),
    (name) => used('account', name),
    remembered,
    attempts,
    passwordLimits,
  )

  const user = async (
    token: string,
    applicationToken: string | undefined,
    tenantId: string | null,
  ): Promise<Caller> => {
    if (applicationToken === undefined || applicationToken === '')
      throw new Unauthenticated(`A Bearer token must come with an application token in the header ${header}.`)
    const configured = configuredApplication(applicationToken)
    if (configured !== undefined) used('application', configured.name)
    const application = configured ?? (await registeredApplication(applicationToken))
    if (application === undefined)
      throw new Unauthenticated(`The application token in the header ${header} is not known.`)
    return userCaller(issuers, await verifyBearer(token), application, tenantId)
  }

  const counted = async (address: string | null, authenticate: () => Promise<Caller>): Promise<Caller> => {
    try {
      return await authenticate()
    } catch (error) {
      if (error instanceof Unauthenticated) attempts.failed(address)
      throw error
    }
  }

  return async ({ authorization, applicationToken, address = null, tenantId = null }) => {
    const { scheme, value = '' } = /^(?<scheme>[^ ]+) +(?<value>[^ ]+) *$/.exec(authorization ?? '')?.groups ?? {}
    switch (scheme?.toLowerCase()) {
      case 'bearer':
        return counted(address, () => user(value, applicationToken, tenantId))
      case 'basic':
        return verifyBasic(value, address)
      case undefined:
      default:
        // Who shows nothing has not tried to sign in.
        if (authorization !== undefined) attempts.failed(address)
        throw new Unauthenticated(
          `Credentials are missing: send Authorization: Bearer <token> with ${header}, or Authorization: Basic.`,
        )
    }
  }
}
