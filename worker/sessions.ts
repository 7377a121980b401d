import type { Log } from '../adapters/log/log.ts'
import { SignInRefused, SignInUnavailable } from '../adapters/oidc/errors.ts'
import type { Oidc } from '../adapters/oidc/oidc.ts'
import type { OverSession, Sessions } from '../adapters/postgres/sessions.ts'

interface Ending {
  readonly sessions: Pick<Sessions, 'over' | 'end'>
  readonly oidc: Pick<Oidc, 'revoke'>
  readonly log: Pick<Log, 'warn'>
}

/** So many calls to the issuer at once. */
const atOnce = 10
/** How long after the end of a session an issuer that cannot be reached is tried: a refresh token that nobody holds does no harm for so long. */
const patienceMs = 3_600_000

/**
 * Ends sessions of the console whose time is over: first at the issuer, whose refresh token is good for nothing from then
 * on, then here. A process that dies in between, or an issuer that is away, leaves the row to the next run.
 */
export const endSessions = ({ sessions, oidc, log }: Ending) => {
  /** @returns whether it is gone */
  const end = async ({ hash, endedAt, refreshToken }: OverSession, now: Date): Promise<boolean> => {
    try {
      if (refreshToken !== null) await oidc.revoke(refreshToken)
    } catch (error) {
      if (!(error instanceof SignInUnavailable || error instanceof SignInRefused)) throw error
      const again = error instanceof SignInUnavailable && now.getTime() - endedAt.getTime() < patienceMs
      log.warn({ reason: error.detail, again }, 'a session has ended, and the issuer could not be told')
      if (again) return false
    }
    await sessions.end(hash)
    return true
  }
  return async (now: Date): Promise<void> => {
    for (let over = await sessions.over(now, atOnce); over.length > 0; over = await sessions.over(now, atOnce)) {
      const gone = await Promise.all(over.map((session) => end(session, now)))
      if (gone.includes(false)) return
    }
  }
}
