import type { Store } from '../clients/store.ts'
import type { Route } from '../http/route.ts'
import type { Issuer } from '../tokens/issuer.ts'
import { claimsOf, jwt, type SigningKey } from '../tokens/keys.ts'
import { tokenRoute, type Authenticate, type Grant } from '../tokens/oauth.ts'
import { Codes } from './authorization.ts'
import { authorizeRoutes } from './authorize.ts'
import { discoveryRoute } from './discovery.ts'
import { userGrants } from './grants.ts'
import { logoutRoutes } from './logout.ts'
import { RefreshTokens } from './refresh-tokens.ts'
import { revokeRoute } from './revoke.ts'
import { Sessions } from './sessions.ts'
import type { User } from './users.ts'

export type SignInOptions = {
  users: readonly User[]
  namesIssuer: boolean
  /** Epoch ms. */
  now: () => number
}

/** The tenant as an OpenID provider of its applications, and its token endpoint. @param grants those that need no user */
export const signInRoutes = (
  { users, namesIssuer, now }: SignInOptions,
  {
    store,
    key,
    authenticate,
    mint,
  }: { store: Store; key: SigningKey; authenticate: Authenticate; mint: Issuer['mint'] },
  grants: Readonly<Record<string, Grant>>,
): Route[] => {
  const sessions = new Sessions()
  const codes = new Codes(now)
  const refreshTokens = new RefreshTokens(now)
  const all = { ...grants, ...userGrants({ codes, refreshTokens, mint, sign: (claims) => jwt(key, claims), now }) }
  return [
    discoveryRoute(Object.keys(all), namesIssuer),
    ...authorizeRoutes({ store, users, sessions, codes, now, namesIssuer }),
    tokenRoute(authenticate, all),
    revokeRoute(authenticate, refreshTokens),
    ...logoutRoutes({ store, sessions, claimsOf: (token) => claimsOf(key, token) }),
  ]
}
