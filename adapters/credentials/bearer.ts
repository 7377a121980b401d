import { createHash } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import { repeatsMember } from '../../domain/texts/json-text.ts'
import { greatest } from '../../domain/texts/lengths.ts'
import type { IssuerConfiguration } from '../config/configuration.ts'
import type { Http } from '../http/http.ts'
import { readClaims } from './claims.ts'
import type { UserClaims } from './claims.ts'
import { AuthenticationUnavailable, IssuerUnavailable, Unauthenticated } from './errors.ts'
import { createIssuerKeys, defaultKeyTimes } from './keys.ts'
import type { KeyTimes } from './keys.ts'

/** Clocks may differ by this much. Seconds. */
const leeway = 30

/** Characters that a token may have: what headers can carry, and far more than an issuer writes. */
const longestToken = greatest.accessToken

/**
 * When a request is refused whose token was verified before, milliseconds since 1970; Infinity where the header has no
 * Bearer token.
 */
export const expiryOf = (authorization: string | undefined): number => {
  const [, token] = /^bearer +([^ ]+) *$/i.exec(authorization ?? '') ?? []
  if (token === undefined) return Infinity
  const { exp = Infinity } = decodeJwt(token)
  return (exp + leeway) * 1000
}

/** A verified token: what it says of its user, and the issuer that vouches for it. */
export interface Bearer extends UserClaims {
  readonly userId: string
  readonly issuer: IssuerConfiguration
}

const refuse = (detail: string): Unauthenticated => new Unauthenticated(detail, { token: true })

/** Reads `iss` without believing it: it only picks the issuer whose keys must then fit. */
const claimedIssuer = (token: string): string | undefined => {
  if (token.length > longestToken) throw refuse(`The Bearer token has more than ${longestToken} characters.`)
  try {
    decodeProtectedHeader(token)
    const { iss } = decodeJwt(token)
    if (!token.split('.', 2).some(repeats)) return iss
  } catch {
    throw refuse('The Bearer token is not a signed JWT. Send the access token as the issuer gave it.')
  }
  throw refuse('The Bearer token names a claim, or a member of its header, twice.')
}

const repeats = (part: string): boolean => repeatsMember(Buffer.from(part, 'base64url').toString('utf8'))

/** The words for a refusal of jose's, by its code: the library's own messages may quote the token's header. */
const wordsFor = (error: errors.JOSEError, { audience, algorithms }: IssuerConfiguration): string => {
  if (error instanceof errors.JWTExpired) return 'The Bearer token has expired. Get a new one.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return `The Bearer token is for another audience; ask for ${audience.join(' or ')}.`
    if (error.claim === 'nbf') return 'The Bearer token is not valid yet. Check the clock of its issuer.'
    if (error.claim === 'exp') return 'The Bearer token has no valid expiry (exp).'
    return 'The Bearer token lacks a required claim, or has a wrong one.'
  }
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `The Bearer token is signed with an algorithm that is not allowed; allowed: ${algorithms.join(', ')}.`
  if (error instanceof errors.JWKSNoMatchingKey) return "The Bearer token is signed with none of its issuer's keys."
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'The Bearer token does not name its key (kid), and its issuer has several.'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the Bearer token is wrong.'
  return 'The Bearer token is malformed, or uses a feature that is not supported here.'
}

const verify = async (
  token: string,
  find: JWTVerifyGetKey,
  issuer: IssuerConfiguration,
  now: () => number,
): Promise<JWTPayload> => {
  try {
    const { payload } = await jwtVerify(token, find, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: [...issuer.audience],
      clockTolerance: leeway,
      requiredClaims: ['exp'],
      currentDate: new Date(now()),
    })
    return payload
  } catch (error) {
    if (error instanceof AuthenticationUnavailable) throw error
    if (error instanceof errors.JOSEError) throw refuse(wordsFor(error, issuer))
    // A key of the issuer's that cannot be used (too short, malformed): nothing that the caller could mend.
    throw new IssuerUnavailable(issuer.issuer, error)
  }
}

/**
 * Verifies Bearer tokens: JWTs signed by a configured issuer with a key from its configured address. What a token's
 * header says of keys (jku, x5u, jwk, x5c) is never used; an unknown `crit` is refused; `iss` and `aud` are exact;
 * `exp` is required; `nbf` and `exp` have 30 s of leeway. A token that names a claim twice is refused. Nothing of a token
 * is kept.
 *
 * The function that it returns throws Unauthenticated, or IssuerUnavailable where the issuer's keys cannot be had.
 *
 * @param now the time in milliseconds
 * @param steady milliseconds of a clock that nobody sets, for the age of keys
 */
export const createTokenReader = (
  http: Http,
  issuers: readonly IssuerConfiguration[],
  now: () => number = Date.now,
  times: KeyTimes = defaultKeyTimes,
  steady: () => number = () => performance.now(),
) => {
  const known = new Map(
    issuers.map((issuer) => [issuer.issuer, { issuer, keys: createIssuerKeys(http, issuer, steady, times) }]),
  )
  return async (token: string): Promise<Verified> => {
    const entry = known.get(claimedIssuer(token) ?? '')
    if (entry === undefined) throw refuse('The Bearer token is from an issuer that this service does not know.')
    const { issuer, keys } = entry
    const payload = await verify(token, keys.find, issuer, now)
    return { bearer: bearerOf(payload, issuer), payload, by: keys.present(), present: keys.present }
  }
}

export type TokenReader = ReturnType<typeof createTokenReader>

/** The user of these claims. @throws Unauthenticated where they name nobody, or hold what cannot be kept */
export const bearerOf = (payload: Readonly<Record<string, unknown>>, issuer: IssuerConfiguration): Bearer => {
  const { userId, ...claims } = readClaims(payload, issuer.claims)
  if (userId === null) throw refuse(`The Bearer token names no user: its claim ${issuer.claims.userId} is missing.`)
  return { ...claims, userId, issuer }
}

/**
 * The same for callers: a token that was verified lately is not verified again while it is good.
 *
 * @param now the time in milliseconds
 */
export const createBearerVerifier = (readToken: TokenReader, now: () => number) => {
  const verified = new LRUCache<string, Verified>({ max: rememberedTokens })
  return async (token: string): Promise<Bearer> => {
    const digest = createHash('sha256').update(token).digest('base64')
    const before = verified.get(digest)
    if (before !== undefined && isStillGood(before, now())) return before.bearer
    const read = await readToken(token)
    verified.set(digest, read)
    return read.bearer
  }
}

/** Tokens whose signature is known to be right. */
const rememberedTokens = 2000

/** A token that was verified. */
interface Verified {
  readonly bearer: Bearer
  readonly payload: JWTPayload
  /** The keys that it was verified by, and those that are used now. */
  readonly by: object | undefined
  readonly present: () => object | undefined
}

/**
 * Whether a token would be found good again: its issuer's keys are those that it was verified by, and its time has come and
 * is not over.
 */
const isStillGood = ({ payload: { exp, nbf }, by, present }: Verified, now: number): boolean => {
  const seconds = Math.floor(now / 1000)
  return (
    by !== undefined &&
    present() === by &&
    exp !== undefined &&
    exp > seconds - leeway &&
    (nbf ?? 0) <= seconds + leeway
  )
}
