import { parseCookie, stringifySetCookie } from 'cookie'
import { headerText } from '../http/request.ts'
import type { ApiRequest } from '../http/request.ts'

/** A cookie of the console's. A script of the page cannot read it, and no other site's requests carry it but links. */
export interface Cookie {
  readonly read: (headers: ApiRequest['headers']) => string | undefined
  /** A line of `Set-Cookie`. */
  readonly set: (value: string, keepMs: number) => string
  readonly clear: () => string
}

/**
 * @param publicUrl over https the name begins with `__Host-`, so that no neighbour's page can have set the cookie (RFC
 *   6265bis); over http, which is for this machine only, it has another name, so that neither is taken for the other
 * @param name what stands behind that
 */
const createCookie = (publicUrl: string, name: string): Cookie => {
  const { protocol, pathname } = new URL(publicUrl)
  const secure = protocol === 'https:'
  const full = `${secure ? '__Host-nexus' : 'nexus-local'}${name}`
  const line = (value: string, keepMs: number): string =>
    stringifySetCookie({
      name: full,
      value,
      httpOnly: true,
      secure,
      sameSite: 'lax',
      path: secure ? '/' : pathname,
      maxAge: Math.floor(keepMs / 1000),
    })
  return {
    read: (headers) => parseCookie(headerText(headers['cookie']) ?? '')[full],
    set: line,
    clear: () => line('', 0),
  }
}

/** Holds the random id of a session. */
export const sessionCookie = (publicUrl: string): Cookie => createCookie(publicUrl, '')
/** Holds what must be the same when somebody comes back from the issuer. */
export const attemptCookie = (publicUrl: string): Cookie => createCookie(publicUrl, '-sign-in')
