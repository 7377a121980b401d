const realm = 'realm="nexus"'
const basicChallenge = `Basic ${realm}, charset="UTF-8"`

/** For a header: RFC 6750 allows neither quotes nor backslashes nor anything outside printable ASCII there. */
const quotable = (text: string): string => text.replaceAll(/[^\u0020-\u007e]|["\\]/g, "'")

/** The caller has no valid credentials: 401. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated'
  /** For the person who reads the answer: what is wrong and what to do. Never quotes a credential. */
  readonly detail: string
  /** Values of `WWW-Authenticate`, one header line each. */
  readonly challenges: readonly string[]

  /** @param token whether a Bearer token was given and is at fault (RFC 6750, `invalid_token`) */
  constructor(detail: string, { token = false }: { token?: boolean } = {}) {
    super(detail)
    this.detail = detail
    const fault = token ? `, error="invalid_token", error_description="${quotable(detail)}"` : ''
    this.challenges = [`Bearer ${realm}${fault}`, basicChallenge]
  }
}

/** Whether the credentials are valid cannot be said now: 503, with `Retry-After`. */
export abstract class AuthenticationUnavailable extends Error {
  readonly detail: string
  readonly retryAfterSeconds: number

  constructor(detail: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(detail, options)
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The keys of a token's issuer cannot be had. `cause` says why. */
export class IssuerUnavailable extends AuthenticationUnavailable {
  override readonly name = 'IssuerUnavailable'

  constructor(issuer: string, cause: unknown) {
    super(`The keys of the issuer ${issuer} cannot be fetched at the moment. Try again shortly.`, 10, { cause })
  }
}

/** Too many sign-ins from one address, or in one name, have failed: 429. */
export class TooManyAttempts extends Error {
  override readonly name: string = 'TooManyAttempts'
  readonly retryAfterMs: number

  constructor(
    retryAfterMs: number,
    words = 'Too many sign-ins have failed. Check the credentials, and try again later.',
  ) {
    super(words)
    this.retryAfterMs = retryAfterMs
  }
}

/** Too many passwords wait to be verified. */
export class TooManyPasswords extends TooManyAttempts {
  override readonly name = 'TooManyPasswords'

  constructor() {
    super(
      2000,
      'Too many sign-ins with a password that somebody chose are being verified. Try again shortly. A password that Nexus ' +
        'issued does not wait.',
    )
  }
}
