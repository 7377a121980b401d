import { randomUUID } from 'node:crypto'
import type { Store, StoredClient } from '../clients/store.ts'
import type { Answer } from '../http/answer.ts'
import type { Call, Route } from '../http/route.ts'
import { textOf } from '../json.ts'
import type { Codes } from './authorization.ts'
import { askingClient, denialOf, grantedScope, type Denial } from './authorize-request.ts'
import { errorPage, signInPage } from './pages.ts'
import { redirect } from './redirect.ts'
import type { Session, Sessions } from './sessions.ts'
import type { User } from './users.ts'

export type AuthorizeDeps = {
  store: Store
  users: readonly User[]
  sessions: Sessions
  codes: Codes
  /** Epoch ms. */
  now: () => number
  /** Whether answers name the issuer (RFC 9207). */
  namesIssuer: boolean
}

/** Whether the sign-in is older than the `max_age` that is asked for, if one is; with 0 every one is. */
const isTooOld = ({ authTime }: Session, maxAge: string | null, now: number): boolean =>
  maxAge !== null && maxAge !== '' && (Number(maxAge) === 0 || now / 1000 - authTime > Number(maxAge))

/** `/authorize`: GET asks, and POST is the choice on the page that GET shows. The query is the same, and checked again. */
export const authorizeRoutes = ({ store, users, sessions, codes, now, namesIssuer }: AuthorizeDeps): Route[] => {
  type Asking = { call: Call; client: StoredClient; redirectUri: string }

  const answer = ({ call, redirectUri }: Asking, parameters: Record<string, string>, cookie?: string): Answer => {
    const state = call.query.get('state') ?? undefined
    return redirect(redirectUri, { ...parameters, state, iss: namesIssuer ? `${call.origin}/` : undefined }, cookie)
  }
  const deny = (asking: Asking, [error, description]: Denial): Answer =>
    answer(asking, { error, error_description: description })

  const giveCode = (asking: Asking, { sid, user, authTime }: Session, cookie?: string): Answer => {
    const { call, client, redirectUri } = asking
    const { query } = call
    const value = query.get('code_challenge')
    const nonce = query.get('nonce')
    const code = codes.issue({
      id: randomUUID(),
      clientId: client.client_id,
      redirectUri,
      user,
      sid,
      authTime,
      scope: grantedScope(query.get('scope') ?? '', client, user.permissions),
      audience: query.get('audience') ?? '',
      ...(nonce === null ? {} : { nonce }),
      ...(value === null ? {} : { challenge: { method: query.get('code_challenge_method') ?? 'plain', value } }),
    })
    return answer(asking, { code }, cookie)
  }

  /** Checks what both methods are given, and lets them go on. */
  const checked =
    (proceed: (asking: Asking) => Answer) =>
    (call: Call): Answer => {
      const asking = askingClient(call.query, store)
      if ('status' in asking) return asking
      const denial = denialOf(call.query, asking.client)
      return denial === undefined ? proceed({ call, ...asking }) : deny({ call, ...asking }, denial)
    }

  const ask = (asking: Asking): Answer => {
    const { query } = asking.call
    const prompt = query.get('prompt')
    const session = sessions.of(asking.call)
    const isSignedIn = session !== undefined && !isTooOld(session, query.get('max_age'), now())
    if (isSignedIn && prompt !== 'login') return giveCode(asking, session)
    if (prompt === 'none') return deny(asking, ['login_required', 'Login required'])
    return signInPage(
      textOf(asking.client['name']),
      users,
      // The same address, wherever a proxy has put it.
      `?${query.toString()}`,
      query.get('login_hint') ?? '',
    )
  }

  const choose = (asking: Asking): Answer => {
    const { call } = asking
    const user = users.find(({ sub }) => sub === call.body['user'])
    if (user === undefined) return errorPage(400, 'invalid_request: no such user')
    const { session, header } = sessions.begin(call, user, now())
    return giveCode(asking, session, header)
  }

  return [
    { method: 'GET', path: '/authorize', handle: checked(ask) },
    { method: 'POST', path: '/authorize', handle: checked(choose) },
  ]
}
