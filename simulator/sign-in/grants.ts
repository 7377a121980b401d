import { randomBytes } from 'node:crypto'
import type { Answer } from '../http/answer.ts'
import { isObject, textOf } from '../json.ts'
import type { StoredClient } from '../clients/store.ts'
import { grantNotAllowed, oauthError, unauthorizedClient, type Asked, type Grant } from '../tokens/oauth.ts'
import type { Mint } from '../tokens/issuer.ts'
import { verifies, type Authorization, type Codes } from './authorization.ts'
import type { RefreshTokens } from './refresh-tokens.ts'

export type GrantDeps = {
  codes: Codes
  refreshTokens: RefreshTokens
  mint: Mint
  /** Signs an ID token of these claims. */
  sign: (claims: object) => string
  /** Epoch ms. */
  now: () => number
}

// All quoted by users: auth0 community 73029 and 120406, and issues of its SDKs.
const invalidGrant = (description: string): Answer => oauthError(403, 'invalid_grant', description)
const invalidCode = (): Answer => invalidGrant('Invalid authorization code')
const unknownToken = (): Answer => invalidGrant('Unknown or invalid refresh token.')
const missing = (parameter: string): Answer =>
  oauthError(400, 'invalid_request', `Missing required parameter: ${parameter}`)

const idTokenSeconds = (client: StoredClient): number => {
  const { jwt_configuration: configuration } = client
  const seconds = isObject(configuration) ? configuration['lifetime_in_seconds'] : undefined
  return typeof seconds === 'number' ? seconds : 36_000
}

// What a scope puts into the ID token.
const profileOf = ({ user, scope }: Authorization): Record<string, unknown> => ({
  ...(scope.includes('profile') ? { name: user.name, nickname: user.name, picture: user.picture } : {}),
  ...(scope.includes('email') && user.email !== undefined ? { email: user.email, email_verified: true } : {}),
})

/** The answer, where the application has the grant type. */
const ifAllowed =
  (grant: string, answer: (asked: Asked) => Answer) =>
  (asked: Asked): Answer => {
    const grants = asked.client['grant_types']
    return Array.isArray(grants) && grants.includes(grant) ? answer(asked) : grantNotAllowed(grant)
  }

/** What the token endpoint gives an application that asks for a user: by a code, and by a refresh token. */
export const userGrants = ({ codes, refreshTokens, mint, sign, now }: GrantDeps): Record<string, Grant> => {
  const accessToken = ({ user, audience, clientId, scope }: Authorization, origin: string) => {
    const { sub, permissions, roles, products } = user
    const { token, seconds } = mint(
      { sub, permissions, roles, products, audience, scope: scope.join(' '), azp: clientId },
      origin,
    )
    // Without an API it is for Auth0 itself, and nobody else can read it.
    return { seconds, token: audience === '' ? randomBytes(24).toString('base64url') : token }
  }

  const idToken = (authorization: Authorization, client: StoredClient, origin: string): string => {
    const { user, clientId, sid, authTime } = authorization
    const iat = Math.floor(now() / 1000)
    const exp = iat + idTokenSeconds(client)
    const { nonce } = authorization
    return sign({
      ...profileOf(authorization),
      iss: `${origin}/`,
      aud: clientId,
      sub: user.sub,
      iat,
      exp,
      auth_time: authTime,
      sid,
      nonce,
    })
  }

  const tokens = (
    authorization: Authorization,
    client: StoredClient,
    origin: string,
    refreshToken?: string,
  ): Answer => {
    const { token, seconds } = accessToken(authorization, origin)
    const { scope } = authorization
    return {
      status: 200,
      body: {
        access_token: token,
        ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
        ...(scope.includes('openid') ? { id_token: idToken(authorization, client, origin) } : {}),
        scope: scope.join(' '),
        expires_in: seconds,
        token_type: 'Bearer',
      },
      headers: { 'cache-control': 'no-store' },
    }
  }

  const byCode = ({ client, isPublic, sent, origin }: Asked): Answer => {
    const code = textOf(sent['code'])
    if (code === '') return missing('code')
    const taken = codes.take(code)
    if (taken?.again === true) refreshTokens.revokeGrant(taken.authorization.id)
    if (taken === undefined || taken.again || taken.authorization.clientId !== client.client_id) return invalidCode()
    const { authorization } = taken
    const redirectUri = textOf(sent['redirect_uri'])
    if (redirectUri !== authorization.redirectUri)
      return oauthError(
        403,
        'unauthorized_client',
        `The redirect URI is wrong. You sent ${redirectUri}, and we expected ${authorization.redirectUri}`,
      )
    // Nothing else shows who redeems a public application's code.
    if (isPublic && authorization.challenge === undefined) return unauthorizedClient
    if (!verifies(authorization, textOf(sent['code_verifier']))) return invalidGrant('Failed to verify code verifier')
    const isOffline = authorization.scope.includes('offline_access')
    return tokens(authorization, client, origin, isOffline ? refreshTokens.start(authorization) : undefined)
  }

  const byRefreshToken = ({ client, sent, origin }: Asked): Answer => {
    const token = textOf(sent['refresh_token'])
    if (token === '') return missing('refresh_token')
    const used = refreshTokens.use(token, client)
    if (used === undefined) return unknownToken()
    const { nonce: _nonce, ...authorization } = used.authorization
    // An application may ask for less than it was given.
    const asked = textOf(sent['scope']).split(' ')
    const scope = asked[0] === '' ? authorization.scope : authorization.scope.filter((one) => asked.includes(one))
    return tokens({ ...authorization, scope }, client, origin, used.next)
  }

  return {
    authorization_code: { forPublic: true, answer: ifAllowed('authorization_code', byCode) },
    refresh_token: { forPublic: true, answer: ifAllowed('refresh_token', byRefreshToken) },
  }
}
