import { z } from 'zod'
import { SignInRefused } from '../../adapters/oidc/errors.ts'
import type { Attempt } from '../../adapters/oidc/oidc.ts'
import type { SignedIn } from '../../adapters/oidc/tokens.ts'
import { AuthenticationUnavailable, Unauthenticated } from '../../adapters/credentials/errors.ts'
import type { Log } from '../../adapters/log/log.ts'
import { returnAddress } from '../../domain/access/return-address.ts'
import { networkOf } from '../../domain/access/strangers.ts'
import { measured } from '../../domain/texts/lengths.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { Identifying } from '../http/access.ts'
import { Problem } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import type { BrowserSettings } from '../http/security-headers.ts'
import { attemptMs, createAttempts } from './attempts.ts'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import type { Console } from './console.ts'
import { attemptCookie, sessionCookie } from './cookies.ts'
import { hashIn, hashOf, newSessionId } from './session.ts'

/** What signing in needs. */
export interface SigningIn {
  readonly console: Pick<Console, 'oidc' | 'sessions' | 'sealing' | 'signIns' | 'settings'>
  readonly authenticate: Identifying['authenticate']
  readonly log: Pick<Log, 'warn'>
  readonly settings: Pick<BrowserSettings, 'applicationTokenHeader'>
}

const SignInQuery = z.strictObject({
  /** The page to come back to, as `/tenants/acme`. */
  return: measured('query').optional(),
  /** Whether the person is to show again who they are. */
  fresh: z.literal('true').optional(),
})

/** A sign-in that counts as failed until it has worked. @throws TooManyAttempts */
const begun = ({ signIns }: Pick<Console, 'signIns'>, request: ApiRequest) => {
  const { address } = request.audit.facts()
  return signIns.begin(address, `console ${networkOf(address) ?? ''}`)
}

const leadTo = (location: string, cookies: readonly string[]): ApiResponse => ({
  status: 302,
  headers: { location, 'set-cookie': cookies, 'cache-control': 'no-store' },
  body: null,
})

/** GET /console/sign-in: leads to the issuer. */
export const beginSignIn = ({ console }: Pick<SigningIn, 'console'>) => {
  const attempts = createAttempts(console.sealing, Date.now)
  const cookie = attemptCookie(console.settings.publicUrl)
  return async (request: ApiRequest): Promise<ApiResponse> => {
    const asked = parseQuery(SignInQuery, request.query, 'return and fresh')
    // Who has failed too often does not begin again.
    begun(console, request).dropped()
    const { url, attempt } = await console.oidc.begin(asked.fresh === 'true')
    const value = await attempts.add(cookie.read(request.headers), attempt, asked.return ?? null)
    return leadTo(url, [cookie.set(value, attemptMs)])
  }
}

/** GET /console/callback: the issuer has led somebody back. A new session begins, and the browser's old one ends. */
export const finishSignIn = (deps: SigningIn) => {
  const { console } = deps
  const { sessions, settings } = console
  const attempts = createAttempts(console.sealing, Date.now)
  const cookie = attemptCookie(settings.publicUrl)
  const ofSession = sessionCookie(settings.publicUrl)
  return async (request: ApiRequest): Promise<ApiResponse> => {
    const state = new URLSearchParams(request.query).get('state')
    const { begun: attempt, rest } = await attempts.take(cookie.read(request.headers), state)
    if (attempt === undefined)
      throw new Problem(
        'sign-in-failed',
        'This browser has not begun this sign-in, or it took too long. Sign in again.',
      )
    const trial = begun(console, request)
    const [signedIn, caller] = await identified(deps, request, attempt).catch((error: unknown) => {
      // Nobody guesses by an outage, and nobody is to be kept waiting when it is over.
      if (error instanceof AuthenticationUnavailable) trial.dropped()
      throw error
    })
    trial.dropped()
    request.audit.note({ actor: { kind: caller.kind, id: caller.id, application: caller.application } })
    const former = hashIn(console, request.headers)
    const id = newSessionId()
    await sessions.begin(
      hashOf(id),
      { ...signedIn, ...signedIn.profile, userId: caller.id, application: caller.application },
      request.audit,
    )
    if (former !== undefined) await sessions.end(former)
    return leadTo(returnAddress(consoleAddress(settings), attempt.page), [
      ofSession.set(id, settings.atMostMs),
      rest === undefined ? cookie.clear() : cookie.set(rest, attemptMs),
    ])
  }
}

/** Who has come back: as the issuer says, and as the API will know them. */
const identified = async (deps: SigningIn, request: ApiRequest, attempt: Attempt): Promise<[SignedIn, Caller]> => {
  const signedIn = await refusedAsProblem(() => deps.console.oidc.finish(request.query, attempt))
  return [signedIn, await callerOf(deps, signedIn, request)]
}

const refusedAsProblem = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof SignInRefused ? new Problem('sign-in-failed', error.detail) : error
  }
}

/** Who signed in, as the API will know them. @throws Problem 403 where it would not let them in */
const callerOf = async (
  { authenticate, console, log, settings }: SigningIn,
  { accessToken }: SignedIn,
  request: ApiRequest,
): Promise<Caller> => {
  const headers = {
    authorization: `Bearer ${accessToken}`,
    [settings.applicationTokenHeader.toLowerCase()]: console.settings.applicationToken,
  }
  try {
    return await authenticate(headers, request.audit.facts().address, null)
  } catch (error) {
    if (!(error instanceof Unauthenticated)) throw error
    log.warn({ reason: error.detail }, 'the API does not accept what the console signs people in with')
    throw new Problem('sign-in-failed', `The issuer let you in, but Nexus does not. ${error.detail}`)
  }
}
