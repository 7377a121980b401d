import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../adapters/log/log.ts'
import { SignInRefused } from '../../adapters/oidc/errors.ts'
import type { Renewal, Session } from '../../adapters/postgres/sessions.ts'
import { isGood, isRenewalDue } from '../../domain/access/sessions.ts'
import { loggable } from '../http/problem-of.ts'
import { unavailable } from '../http/problem.ts'
import type { Console } from './console.ts'
import { findSession, signedOut } from './session.ts'

/** What a session's access token is renewed by. */
export interface Renewing {
  readonly console: Pick<Console, 'oidc' | 'sessions' | 'settings'>
  readonly log: Pick<Log, 'warn'>
}

/** Longer than a call to the issuer may take: who has a lease so long and has not renewed has died. */
const leaseMs = 15_000
/** How long others are held off after the issuer could not be asked. */
const putOffMs = 5000
const lookMs = 100

/**
 * The access token of a session. One request of all tabs and processes renews it shortly before it ends; the others go on
 * with the old one while it is good, and wait for the new one when it is not.
 *
 * @throws Problem 401 where the issuer gives none any more, which ends the session; 503 where it cannot be asked
 */
export const accessTokenOf = async (deps: Renewing, given: Session): Promise<string> => {
  const { sessions } = deps.console
  for (let session: Session | undefined = given, looks = 0; looks * lookMs < leaseMs; looks += 1) {
    if (session === undefined) throw signedOut()
    const { hash, now, accessUntil, accessToken, refreshToken } = session
    if (!isRenewalDue(accessUntil, now)) return accessToken
    const renewal = refreshToken === null ? undefined : await sessions.beginRenewal(hash, leaseMs)
    if (renewal !== undefined) return renewed(deps, renewal)
    if (isGood(accessUntil, now)) return accessToken
    if (refreshToken === null) {
      await sessions.end(hash)
      throw signedOut()
    }
    await sleep(lookMs)
    session = await findSession(deps.console, hash)
  }
  throw notNow()
}

const notNow = () => unavailable('The issuer cannot be asked for a new token at the moment.', putOffMs)

const renewed = async ({ console, log }: Renewing, renewal: Renewal): Promise<string> => {
  const { oidc, sessions } = console
  const { session } = renewal
  if (session.refreshToken === null) throw signedOut()
  try {
    const tokens = await oidc.renew(session.refreshToken, session.accessToken)
    if (await sessions.renew(renewal, tokens)) return tokens.accessToken
    // Signed out meanwhile.
    if (tokens.refreshToken !== null) await oidc.revoke(tokens.refreshToken)
  } catch (error) {
    if (!(error instanceof SignInRefused)) {
      log.warn({ error: loggable(error) }, 'the access token of a session could not be renewed')
      await sessions.putOff(renewal, putOffMs)
      if (isGood(session.accessUntil, session.now)) return session.accessToken
      throw notNow()
    }
    await sessions.end(session.hash)
  }
  throw signedOut()
}
