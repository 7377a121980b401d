import { AuthenticationUnavailable } from '../credentials/errors.ts'

/** The issuer, or its answer, does not let somebody in. `detail` is for a person, and quotes nothing of the answer but its error code. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
  readonly detail: string

  constructor(detail: string, cause?: unknown) {
    super(detail, { cause })
    this.detail = detail
  }
}

/** The issuer cannot be asked now, or does not let Nexus itself in. `cause` says why. */
export class SignInUnavailable extends AuthenticationUnavailable {
  override readonly name = 'SignInUnavailable'

  constructor(issuer: string, cause: unknown) {
    super(`Nobody can be signed in at ${issuer} at the moment. Try again shortly.`, 5, { cause })
  }
}
