import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../../adapters/log/log.ts'
import { SignInRefused } from '../../adapters/oidc/errors.ts'
import type { Tokens } from '../../adapters/oidc/tokens.ts'
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

/**
 * Longer than the calls of a renewal and the keeping of its tokens may take: who has a lease so long and has not renewed
 * has died. The issuer may be asked three times: what it tells of itself, the tokens, and its keys.
 */
const leaseMs = 60_000
/** How long a request waits for the renewal of another. */
const patienceMs = 15_000
/** How long others are held off after the issuer could not be asked. */
const putOffMs = 5000
const lookMs = 100
/** New tokens are kept at the last of so many tries, with pauses between them: a database that fails over is back by then. */
const keepTries = 4
const keepPauseMs = 1000

/**
 * The access token of a session. One request of all tabs and processes renews it shortly before it ends; the others go on
 * with the old one while it is good, and wait for the new one when it is not.
 *
 * @throws Problem 401 where the issuer gives none any more, which ends the session; 503 where it cannot be asked
 */
export const accessTokenOf = async (deps: Renewing, given: Session): Promise<string> => {
  const { sessions } = deps.console
  for (let session: Session | undefined = given, looks = 0; looks * lookMs < patienceMs; looks += 1) {
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
  const { hash, refreshToken, accessToken, accessUntil, now } = renewal.session
  if (refreshToken === null) throw signedOut()
  let tokens: Tokens
  try {
    tokens = await oidc.renew(refreshToken, accessToken)
  } catch (error) {
    if (error instanceof SignInRefused) {
      await sessions.end(hash)
      throw signedOut()
    }
    log.warn({ error: loggable(error) }, 'the access token of a session could not be renewed')
    await sessions.putOff(renewal, putOffMs)
    if (isGood(accessUntil, now)) return accessToken
    throw notNow()
  }
  if (await keep(sessions, renewal, tokens)) return tokens.accessToken
  const session = await findSession(console, hash)
  if (session === undefined) {
    // Signed out meanwhile.
    if (tokens.refreshToken !== null)
      await oidc.revoke(tokens.refreshToken).catch((error: unknown) => {
        log.warn({ error: loggable(error) }, 'the tokens of a session that has ended could not be revoked')
      })
    throw signedOut()
  }
  // They were kept by a try whose answer was lost, or another has renewed after all.
  if (isGood(session.accessUntil, session.now)) return session.accessToken
  throw notNow()
}

/** Tries several times: the issuer does not take the old refresh token again, so that a loss would end the session. */
const keep = async (
  sessions: Pick<Console['sessions'], 'renew'>,
  renewal: Renewal,
  tokens: Tokens,
): Promise<boolean> => {
  for (let left = keepTries - 1; left > 0; left -= 1) {
    try {
      return await sessions.renew(renewal, tokens)
    } catch {
      await sleep(keepPauseMs)
    }
  }
  return sessions.renew(renewal, tokens)
}
