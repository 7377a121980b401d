import { Unreachable } from '../http/unreachable.ts'
import { SignInRefused, SignInUnavailable } from './errors.ts'

/** Causes hang on causes. */
const deepest = 5

/** Why nobody answered, where that is what an error comes from. */
export const unreachableIn = (error: unknown, depth = 0): Unreachable | undefined => {
  if (error instanceof Unreachable) return error
  return error instanceof Error && depth < deepest ? unreachableIn(error.cause, depth + 1) : undefined
}

/** Errors that a browser brings from the issuer and that are about the person; others are about Nexus' application. */
const ofPerson: Readonly<Record<string, string>> = {
  access_denied: 'The issuer did not let you in.',
  login_required: 'The issuer asks you to sign in.',
  interaction_required: 'The issuer asks you to sign in.',
  consent_required: 'The issuer asks for your consent.',
}

/**
 * The one error of the token endpoint that is about the code or the refresh token. `access_denied` is not: Auth0 says so
 * there where the client secret is wrong, and nobody's session ends by that.
 */
const ofGrant: Readonly<Record<string, string>> = {
  invalid_grant: 'The sign-in was used already, or took too long.',
}

/** Codes of `openid-client` for answers that are no answers of an issuer's, and for none. */
const ofOutages: ReadonlySet<string> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
])

/** What of an answer of the issuer's does not fit: somebody may have tampered with it. */
const unfit = "The issuer's answer does not belong to this sign-in."

/**
 * Why a sign-in did not work, by what `openid-client` throws.
 *
 * @param issuer for the text of what cannot be asked now
 */
export const refusalOf = async (error: unknown, issuer: string): Promise<SignInRefused | SignInUnavailable> => {
  const { AuthorizationResponseError, ClientError, ResponseBodyError } = await import('openid-client')
  if (error instanceof SignInRefused) return error
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const words = (error instanceof ResponseBodyError ? ofGrant : ofPerson)[error.error]
    return words === undefined ? new SignInUnavailable(issuer, error) : new SignInRefused(words, error)
  }
  const unreachable = unreachableIn(error)
  if (unreachable !== undefined) return new SignInUnavailable(issuer, unreachable)
  // An answer that is no JSON or has another status is a proxy's, or an outage.
  if (error instanceof ClientError && !ofOutages.has(error.code ?? '')) return new SignInRefused(unfit, error)
  return new SignInUnavailable(issuer, error)
}
