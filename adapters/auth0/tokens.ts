import { z } from 'zod'
import type { Failure } from '../../domain/changes/verdict.ts'
import { jsonOf } from '../http/answer.ts'
import type { Http, HttpAnswer } from '../http/http.ts'
import { Unreachable } from '../http/unreachable.ts'

/** How to get a token of one tenant. */
export interface TokenSettings {
  readonly tokenUrl: string
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: string
}

const Answer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  scope: z.string().optional(),
})
const ErrorAnswer = z.object({ error: z.string(), error_description: z.string().optional() })

/** No token could be had; `failure` reads like any failed call, so that one place decides what follows. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure'
  readonly failure: Failure

  /** @param cause where no answer came */
  constructor(failure: Failure, cause?: Unreachable) {
    super(failure.message, { cause })
    this.failure = failure
  }
}

/** What the token endpoint says of a credential. */
export interface CredentialFacts {
  /** What the token may do; null where it does not say. */
  readonly scopes: readonly string[] | null
  /** How far the tenant's clock is ahead of this machine's, milliseconds, to a second; null where it does not say. */
  readonly skewMs: number | null
}

/** Gets a token, and lets go of it. @throws TokenFailure */
export const inspectCredential = async (
  http: Http,
  settings: TokenSettings,
  timeoutMs: number,
): Promise<CredentialFacts> => {
  const asked = Date.now()
  const { headers, token } = await ask(http, settings, timeoutMs)
  const answeredAt = (asked + Date.now()) / 2
  // A Date has no fractions: on the average it is half a second old.
  const date = Date.parse(headers.get('date') ?? '') + 500
  return {
    scopes: token.scope?.split(' ').filter((scope) => scope !== '') ?? null,
    skewMs: Number.isNaN(date) ? null : date - answeredAt,
  }
}

/** The share of its lifetime after which a token is replaced. */
const renewAt = 0.8

/**
 * Tokens of one tenant: kept until 80 % of their lifetime, one request at a time whoever asks.
 *
 * The SDK's own provider keeps a token for each instance and never drops one that Auth0 refuses, hence this.
 */
export const createTokens = (http: Http, settings: TokenSettings, timeoutMs: number) => {
  let current: { readonly token: string; readonly renewAt: number } | undefined
  let flight: Promise<string> | undefined

  const mint = async (): Promise<string> => {
    const { token } = await ask(http, settings, timeoutMs)
    current = { token: token.access_token, renewAt: performance.now() + token.expires_in * renewAt * 1000 }
    return current.token
  }

  return {
    /**
     * @throws TokenFailure
     */
    get: (): Promise<string> => {
      if (current !== undefined && performance.now() < current.renewAt) return Promise.resolve(current.token)
      flight ??= mint().finally(() => {
        flight = undefined
      })
      return flight
    },
    /** Auth0 refused this token: the next `get` makes a new one, unless somebody already has. */
    drop: (token: string): void => {
      if (current?.token === token) current = undefined
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>

/** The longest answer of a token endpoint, in bytes. */
const maximumBytes = 262_144

/** Asks for a token. @throws TokenFailure */
const ask = async (
  http: Http,
  settings: TokenSettings,
  timeoutMs: number,
): Promise<{ readonly headers: Headers; readonly token: z.infer<typeof Answer> }> => {
  const answer = await send(http, settings, timeoutMs)
  const body = jsonOf(answer)
  const token = Answer.safeParse(body)
  if (answer.status !== 200 || !token.success) throw new TokenFailure(failureOf(answer, body))
  return { headers: answer.headers, token: token.data }
}

const send = async (http: Http, settings: TokenSettings, timeoutMs: number): Promise<HttpAnswer> => {
  try {
    return await http.ask(settings.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        audience: settings.audience,
      }),
      deadline: AbortSignal.timeout(timeoutMs),
      maximumBytes,
    })
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    const message = `The token endpoint did not answer: ${error.said}.`
    throw new TokenFailure({ status: null, errorCode: null, fromAuth0: false, message, retryAfter: null }, error)
  }
}

const failureOf = (response: HttpAnswer, body: unknown): Failure => {
  const error = ErrorAnswer.safeParse(body)
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  // The endpoint answers 401, 403 and, for an unknown client, 400: whichever it is, the credential is not taken.
  const refused = error.success && [400, 401, 403].includes(response.status)
  return {
    status: refused ? 401 : response.status === 200 ? null : response.status,
    errorCode: error.success ? error.data.error : null,
    fromAuth0: error.success,
    message: error.success
      ? `The token endpoint refused the credential: ${error.data.error}.`
      : `The token endpoint answered ${response.status} with something that is not a token.`,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
  }
}
