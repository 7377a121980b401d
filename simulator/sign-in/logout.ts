import type { Store } from '../clients/store.ts'
import type { Answer } from '../http/answer.ts'
import type { Call, Route } from '../http/route.ts'
import { textOf, type JsonObject } from '../json.ts'
import { errorPage, loggedOutPage, logoutPage } from './pages.ts'
import { redirect } from './redirect.ts'
import type { Sessions } from './sessions.ts'

export type LogoutDeps = {
  store: Store
  sessions: Sessions
  /** The claims of a JWT that this tenant has signed, expired or not; undefined for any other text. */
  claimsOf: (token: string) => JsonObject | undefined
}

const withCookie = (answer: Answer, cookie: string): Answer => ({
  ...answer,
  headers: { ...answer.headers, 'set-cookie': cookie },
})

// Source: Auth0's pages "Redirect Users after Logout" and "Log Users Out of Auth0 with OIDC Endpoint".

/** `/v2/logout` and `/oidc/logout`: both end the session of the browser. Addresses of the whole tenant there are none. */
export const logoutRoutes = ({ store, sessions, claimsOf }: LogoutDeps): Route[] => {
  const allowedOf = (clientId: string): string[] => {
    const urls = store.find(clientId)?.['allowed_logout_urls']
    return Array.isArray(urls) ? urls.map(textOf).filter((url) => URL.canParse(url)) : []
  }
  /** Ends the session, and sends the browser on: to where it asked for, or the first address of the application. */
  const leave = (call: Call, target: string | undefined, parameters: Record<string, string | undefined>): Answer => {
    const cookie = sessions.end(call)
    return target === undefined ? withCookie(loggedOutPage(), cookie) : redirect(target, parameters, cookie)
  }

  const logout = (call: Call): Answer => {
    const returnTo = call.query.get('returnTo')
    const allowed = allowedOf(call.query.get('client_id') ?? '')
    // "The query string and hash information provided as part of the URL are not taken into account."
    const isAllowed = (url: string): boolean => allowed.includes(url) || allowed.includes(url.split(/[?#]/, 1)[0] ?? '')
    if (returnTo !== null && !(URL.canParse(returnTo) && isAllowed(returnTo)))
      return errorPage(
        400,
        `The "returnTo" querystring parameter "${returnTo}" is not defined as a valid URL in "Allowed Logout URLs"`,
      )
    return leave(call, returnTo ?? allowed[0], {})
  }

  const oidcLogout = (call: Call): Answer => {
    const { query } = call
    const hint = query.get('id_token_hint')
    const claims = hint === null ? undefined : claimsOf(hint)
    if (hint !== null && claims === undefined) return errorPage(400, 'invalid_request: Invalid id_token_hint')
    const aud = claims === undefined ? undefined : textOf(claims['aud'])
    const clientId = query.get('client_id') ?? aud ?? ''
    if (aud !== undefined && aud !== clientId)
      return errorPage(400, 'invalid_request: client_id does not match the aud of id_token_hint')
    const target = query.get('post_logout_redirect_uri')
    const allowed = allowedOf(clientId)
    if (target !== null && !allowed.includes(target))
      return errorPage(
        400,
        `invalid_request: The "post_logout_redirect_uri" ${target} is not defined as a valid URL in "Allowed Logout URLs"`,
      )
    const session = sessions.of(call)
    const isProven = [claims?.['sid'], query.get('logout_hint')].includes(session?.sid ?? '')
    if (session !== undefined && !isProven && call.body['confirmed'] !== 'yes')
      return logoutPage(`?${query.toString()}`)
    return leave(call, target ?? allowed[0], { state: query.get('state') ?? undefined })
  }

  return [
    { method: 'GET', path: '/v2/logout', handle: logout },
    { method: 'GET', path: '/oidc/logout', handle: oidcLogout },
    // The answer of the page that asks back.
    { method: 'POST', path: '/oidc/logout', handle: oidcLogout },
  ]
}
