import { randomBytes } from 'node:crypto'
import type { Call } from '../http/route.ts'
import type { User } from './users.ts'

/** Somebody who is signed in at the issuer; `authTime` is when, in epoch seconds, `sid` names the session in ID tokens. */
export type Session = { sid: string; user: User; authTime: number }

/** Cookies know no ports: each tenant of one machine has a cookie of its own. */
const cookieName = ({ origin }: Call): string => `simulator_session_${new URL(origin).port}`

const cookieOf = (call: Call): string | undefined => {
  const prefix = `${cookieName(call)}=`
  const cookies = [call.headers['cookie'] ?? []].flat().flatMap((header) => header.split(';'))
  return cookies
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(prefix))
    ?.slice(prefix.length)
}

const setCookie = (call: Call, value: string, attributes = ''): string =>
  `${cookieName(call)}=${value}; Path=/; HttpOnly; SameSite=Lax${call.origin.startsWith('https:') ? '; Secure' : ''}${attributes}`

/** Who is signed in, by the cookie of their browser. */
export class Sessions {
  readonly #byCookie = new Map<string, Session>()

  of(call: Call): Session | undefined {
    return this.#byCookie.get(cookieOf(call) ?? '')
  }

  /** Begins a session in place of the browser's former one. @param now epoch ms @returns it, and its Set-Cookie header */
  begin(call: Call, user: User, now: number): { session: Session; header: string } {
    this.end(call)
    const cookie = randomBytes(24).toString('base64url')
    const session = { sid: randomBytes(24).toString('base64url'), user, authTime: Math.floor(now / 1000) }
    this.#byCookie.set(cookie, session)
    return { session, header: setCookie(call, cookie) }
  }

  /** Ends the browser's session, if it has one. @returns the Set-Cookie header that takes the cookie away */
  end(call: Call): string {
    this.#byCookie.delete(cookieOf(call) ?? '')
    return setCookie(call, '', '; Max-Age=0')
  }
}
