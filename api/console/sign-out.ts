import { SignInRefused, SignInUnavailable } from '../../adapters/oidc/errors.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import { consoleAddress } from '../../domain/texts/web-address.ts'
import type { Console } from './console.ts'
import { sessionCookie } from './cookies.ts'
import { requireOwnPage } from './origin.ts'
import { findSession, hashIn } from './session.ts'

/** What signing out needs. */
export interface SigningOut {
  readonly console: Pick<Console, 'oidc' | 'sessions' | 'settings'>
  readonly log: Pick<Log, 'warn'>
}

/** POST /console/sign-out: ends the session here, and says where the browser ends the issuer's. */
export const signOut = ({ console, log }: SigningOut) => {
  const { oidc, sessions, settings } = console
  const cookie = sessionCookie(settings.publicUrl)
  /** The session here has ended whatever the issuer says. */
  const whateverIssuerSays = async <T>(ask: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof SignInUnavailable || error instanceof SignInRefused)) throw error
      log.warn({ reason: error.detail }, 'somebody signed out, and the issuer was not told, or did not take it')
      return otherwise
    }
  }
  return async (request: ApiRequest): Promise<ApiResponse> => {
    requireOwnPage(settings, request.headers)
    const hash = hashIn(console, request.headers)
    const session = hash && (await findSession(console, hash))
    if (session !== undefined) {
      const { userId: id, application } = session
      request.audit.note({ actor: { kind: 'user', id, application } })
      await sessions.end(session.hash, request.audit)
      // Of somebody who was signed out already there is nothing to record.
    } else request.audit.stored()
    const { refreshToken = null, issuerSession = null } = session ?? {}
    if (refreshToken !== null) await whateverIssuerSays(() => oidc.revoke(refreshToken), undefined)
    const location = await whateverIssuerSays(() => oidc.endSession(issuerSession), null)
    return {
      status: 200,
      headers: { 'set-cookie': cookie.clear(), 'cache-control': 'no-store' },
      body: JSON.stringify({ location: location ?? `${consoleAddress(settings)}/` }),
    }
  }
}
