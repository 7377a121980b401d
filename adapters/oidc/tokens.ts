import { decodeJwt } from 'jose'
import { z } from 'zod'
import { measured } from '../../domain/texts/lengths.ts'
import { SignInRefused } from './errors.ts'

/** What an issuer gives for a code, or for a refresh token. */
export interface Tokens {
  readonly accessToken: string
  /** Null where the issuer gives none: then the session lasts as long as the access token. */
  readonly refreshToken: string | null
  /** How long the access token is good, by the issuer. */
  readonly accessMs: number
}

/** Who somebody is to people: texts to show, nothing that is decided on. */
interface Profile {
  readonly name: string | null
  readonly email: string | null
}

/** Somebody who has signed in. */
export interface SignedIn extends Tokens {
  readonly profile: Profile
  /** When they showed who they are, by the issuer's clock; null where it does not say. */
  readonly signedInAt: Date | null
  /** How the issuer calls the browser's session there. */
  readonly issuerSession: string | null
}

/** Where the issuer does not say how long a token is good: it is renewed early then. */
const assumedSeconds = 300

/** A text to show; one that is too long or none is left out. */
const shown = z.string().min(1).max(1000).nullable().catch(null)

const token = measured('accessToken').min(1)

const Answer = z.object({
  access_token: token,
  refresh_token: token.optional(),
  expires_in: z.number().positive().optional(),
})

const Claims = z.object({
  sub: z.string(),
  name: shown.default(null),
  email: shown.default(null),
  sid: shown.default(null),
  auth_time: z.number().int().positive().optional(),
})

/** @throws an Error that says what is missing, and quotes nothing */
const tokensOf = (answer: unknown): Tokens => {
  const { access_token, refresh_token, expires_in } = Answer.parse(answer)
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    accessMs: (expires_in ?? assumedSeconds) * 1000,
  }
}

/** Whom a token is about, unverified: the API verifies it. Undefined where it does not say, as where it is no JWT. */
const subjectOf = (token: string): string | undefined => {
  try {
    return decodeJwt(token).sub
  } catch {
    return undefined
  }
}

/**
 * That tokens which belong together are about one person: what is shown comes from one, and what is allowed from another.
 *
 * @throws SignInRefused
 */
const requireOne = (expected: string | undefined, accessToken: string): void => {
  const found = subjectOf(accessToken)
  if (found !== undefined && found !== expected)
    throw new SignInRefused("The issuer's tokens are about different people.")
}

/** New tokens in place of others, about the same person. @throws SignInRefused */
export const renewedTokensOf = (answer: unknown, former: string): Tokens => {
  const tokens = tokensOf(answer)
  requireOne(subjectOf(former), tokens.accessToken)
  return tokens
}

/** @param answer of the library, which has verified the ID token @throws SignInRefused */
export const signedInOf = (answer: { readonly claims: () => unknown }): SignedIn => {
  const { sub, name, email, sid, auth_time } = Claims.parse(answer.claims())
  const tokens = tokensOf(answer)
  requireOne(sub, tokens.accessToken)
  return {
    ...tokens,
    profile: { name, email },
    signedInAt: auth_time === undefined ? null : new Date(auth_time * 1000),
    issuerSession: sid,
  }
}
