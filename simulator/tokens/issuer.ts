import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { refusal, type Answer } from '../http/answer.ts'
import { jwt, type SigningKey } from './keys.ts'
import type { Call, Route } from '../http/route.ts'

const words = z.union([z.array(z.string()), z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean))])

const userTokenSchema = z
  .looseObject({
    sub: z.string().min(1),
    permissions: words.optional(),
    scope: z.string().optional(),
    roles: words.optional(),
    products: words.optional(),
    audience: z.string().default('urn:nexus'),
    expiresIn: z.number().optional(),
    expires_in: z.number().optional(),
  })
  .describe('a user token')

/** What a demo user's token shall say. Lists may be written as one text. `expiresIn` are seconds (a negative one is expired). */
export type UserToken = {
  sub: string
  permissions?: string[]
  scope?: string
  roles?: string[]
  products?: string[]
  /** Default `urn:nexus`. */
  audience?: string
  /** Seconds; default 3600. */
  expiresIn?: number
  [claim: string]: unknown
}

/** Makes a user's access token, as of the issuer with this origin. */
export type Mint = (wanted: UserToken, origin: string) => { token: string; seconds: number }

/** Tokens of demo users: the tenant as an OIDC issuer. */
export type Issuer = { routes: Route[]; issueUserToken: (wanted: UserToken) => string; mint: Mint }

/** The claims of roles and products: Auth0 wants custom claims under a namespace. */
const claims = { roles: 'https://nexus.example/roles', products: 'https://nexus.example/products' }

/** `url` is the tenant's own; whoever asks by http or https is answered with the issuer of the same scheme. `clock` is in epoch ms. */
export const issuer = (url: () => string, key: SigningKey, clock: () => number = Date.now): Issuer => {
  const mint = (wanted: z.infer<typeof userTokenSchema>, origin: string): ReturnType<Mint> => {
    const { sub, permissions, scope, roles, products, audience, expiresIn, expires_in: snake, ...extra } = wanted
    const seconds = expiresIn ?? snake ?? 3600
    const now = Math.floor(clock() / 1000)
    const given = {
      permissions,
      scope,
      [claims.roles]: roles,
      [claims.products]: products,
    }
    const token = jwt(key, {
      iss: `${origin}/`,
      sub,
      aud: audience,
      // An expired token was issued before it expired.
      iat: Math.min(now, now + seconds - 1),
      exp: now + seconds,
      azp: 'nexus-cli',
      jti: randomBytes(9).toString('base64url'),
      // Those that are undefined are left out by JSON.
      ...given,
      ...extra,
    })
    return { token, seconds }
  }
  const answerToken = ({ body, origin }: Call): Answer => {
    const wanted = userTokenSchema.safeParse(body)
    if (!wanted.success) return refusal(400, z.prettifyError(wanted.error), 'invalid_body')
    const { token, seconds } = mint(wanted.data, origin)
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: seconds } }
  }
  return {
    routes: [
      {
        method: 'GET',
        path: '/.well-known/jwks.json',
        handle: () => ({ status: 200, body: { keys: [key.jwk] } }),
      },
      { method: 'POST', path: '/_simulator/token', handle: answerToken },
    ],
    issueUserToken: (wanted) => mint(userTokenSchema.parse(wanted), url()).token,
    mint: (wanted, origin) => mint(userTokenSchema.parse(wanted), origin),
  }
}
