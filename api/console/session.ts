import { createHash, randomBytes } from 'node:crypto'
import type { Session } from '../../adapters/postgres/sessions.ts'
import { SealingError } from '../../adapters/sealing/sealing.ts'
import { boundsOf, hasEnded } from '../../domain/access/sessions.ts'
import { Problem } from '../http/problem.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'
import type { Console } from './console.ts'
import { sessionCookie } from './cookies.ts'

/** 256 random bits: nobody guesses one, so a plain hash of it is safe to keep. */
export const newSessionId = (): string => randomBytes(32).toString('base64url')
export const hashOf = (id: string): Buffer => createHash('sha256').update(id).digest()

export const signedOut = (): Problem => new Problem('signed-out', 'You are not signed in, or no longer. Sign in again.')

type Finding = Pick<Console, 'sessions' | 'settings'>

/** The hash of the session that a browser names, whether there is one or not. */
export const hashIn = ({ settings }: Pick<Console, 'settings'>, headers: ApiRequest['headers']): Buffer | undefined => {
  const id = sessionCookie(settings.publicUrl).read(headers)
  return id === undefined ? undefined : hashOf(id)
}

/** A session that has not ended. */
export const findSession = async ({ sessions, settings }: Finding, hash: Buffer): Promise<Session | undefined> => {
  const session = await sessions.find(hash).catch((error: unknown) => {
    // Its key was taken out of the configuration.
    if (error instanceof SealingError) return undefined
    throw error
  })
  if (session === undefined || !hasEnded(session, session.now, settings)) return session
  await sessions.expire(hash)
  return undefined
}

/** The session of a browser. @throws Problem 401 */
export const sessionOf = async (console: Finding, headers: ApiRequest['headers']): Promise<Session> => {
  const hash = hashIn(console, headers)
  const session = hash && (await findSession(console, hash))
  if (session === undefined) throw signedOut()
  return session
}

/** GET /console/session: who is signed in, and for how long. Asking is no use of the session. */
export const readSession =
  (console: Finding) =>
  async ({ headers }: ApiRequest): Promise<ApiResponse> => {
    const session = await sessionOf(console, headers)
    const { userId: id, name, email, signedInAt } = session
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: JSON.stringify({
        user: { id, name: name ?? id, ...(email !== null && { email }) },
        signedInAt,
        ...boundsOf(session, console.settings),
      }),
    }
  }
