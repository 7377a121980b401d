import type { Route } from '../http/route.ts'
import { textOf } from '../json.ts'
import { oauthError, type Authenticate } from '../tokens/oauth.ts'
import type { RefreshTokens } from './refresh-tokens.ts'

/** `POST /oauth/revoke`: ends a refresh token and its family. A token that is not the application's own is no error. */
export const revokeRoute = (authenticate: Authenticate, refreshTokens: RefreshTokens): Route => ({
  method: 'POST',
  path: '/oauth/revoke',
  handle: (call) => {
    const asked = authenticate(call)
    if (asked === undefined) return oauthError(401, 'invalid_client', 'Request missing required credentials')
    const token = textOf(asked.sent['token'])
    if (token === '') return oauthError(400, 'invalid_request', 'Missing required parameter: token')
    refreshTokens.revoke(token, asked.client.client_id)
    return { status: 200 }
  },
})
