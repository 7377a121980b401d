import { randomBytes } from 'node:crypto'
import type { Answer } from './answer.ts'
import { textOf, type JsonObject } from './json.ts'
import { jwt, type SigningKey } from './keys.ts'
import type { Call, Route } from './route.ts'
import type { Store } from './store.ts'

export type Credential = { clientId: string; clientSecret: string }

/** The scopes of the Management API that concern clients, and the few that other tools ask for besides. */
export const everyScope: readonly string[] = [
  ...['clients', 'client_keys', 'client_credentials', 'client_grants'].flatMap((what) =>
    ['read', 'update', 'create', 'delete'].map((verb) => `${verb}:${what}`),
  ),
  'read:client_summary',
  'read:tenant_settings',
  'update:tenant_settings',
  'read:connections',
  'read:resource_servers',
]

const oauthError = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description },
})

// The 401 has a member of its own instead of an errorCode.
const unauthorized = (message: string): Answer => ({
  status: 401,
  body: { statusCode: 401, error: 'Unauthorized', message, attributes: { error: message } },
  headers: { 'www-authenticate': 'Bearer' },
})

/** The Management API's tokens that this tenant has issued: looked up, not verified, so that a check costs nothing. */
export class Tokens {
  readonly #issued = new Map<string, { expiresAt: number; scopes: ReadonlySet<string> }>()

  add(token: string, scopes: readonly string[], seconds: number): void {
    this.#issued.set(token, { expiresAt: Date.now() + seconds * 1000, scopes: new Set(scopes) })
  }

  /** Every token issued so far is refused from now on. */
  revokeAll(): void {
    this.#issued.clear()
  }

  /** The scopes of the call's token, or the 401 that Auth0 answers. */
  check(authorization: string | undefined): ReadonlySet<string> | Answer {
    if (authorization === undefined) return unauthorized('Missing authentication')
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1]
    const issued = token === undefined ? undefined : this.#issued.get(token)
    if (issued === undefined) return unauthorized('Invalid token')
    if (issued.expiresAt > Date.now()) return issued.scopes
    return unauthorized('Expired token received for JSON Web Token validation')
  }
}

const basic = (header: string | string[] | undefined): { client_id?: string; client_secret?: string } => {
  const encoded = typeof header === 'string' ? /^Basic (.+)$/i.exec(header)?.[1] : undefined
  if (encoded === undefined) return {}
  const [id, secret] = Buffer.from(encoded, 'base64').toString().split(':')
  return { client_id: decodeURIComponent(id ?? ''), client_secret: decodeURIComponent(secret ?? '') }
}

export type OauthSettings = {
  credential: Credential
  scopes: readonly string[]
  tokenSeconds: number
  /** Names under which the tenant may be asked for, as host:port. */
  hosts: () => readonly string[]
  issuer: () => string
  refused: () => boolean
}

// What the SDK, the Terraform provider and the deploy CLI ask for: https://<domain>/api/v2/ (measured).
const isManagementApi = (audience: string, hosts: readonly string[]): boolean =>
  hosts.some((host) => [`https://${host}/api/v2/`, `http://${host}/api/v2/`].includes(audience))

/** `POST /oauth/token`: client credentials for the Management API, as JSON or as a form. */
export const tokenRoute = (settings: OauthSettings, store: Store, tokens: Tokens, key: SigningKey): Route => {
  const authentic = (sent: JsonObject): boolean => {
    // The secret may have been rotated since: then the client in the tenant knows better than the options.
    const current = store.find(settings.credential.clientId)?.['client_secret'] ?? settings.credential.clientSecret
    return sent['client_id'] === settings.credential.clientId && sent['client_secret'] === current
  }
  const issue = (audience: string): Answer => {
    const now = Math.floor(Date.now() / 1000)
    const { clientId } = settings.credential
    const scope = settings.scopes.join(' ')
    const token = jwt(key, {
      iss: settings.issuer(),
      sub: `${clientId}@clients`,
      aud: audience,
      iat: now,
      exp: now + settings.tokenSeconds,
      azp: clientId,
      gty: 'client-credentials',
      scope,
      jti: randomBytes(9).toString('base64url'),
    })
    tokens.add(token, settings.scopes, settings.tokenSeconds)
    return {
      status: 200,
      body: { access_token: token, scope, expires_in: settings.tokenSeconds, token_type: 'Bearer' },
    }
  }
  const handle = ({ body, headers }: Call): Answer => {
    const sent: JsonObject = { ...body, ...basic(headers['authorization']) }
    const grant = textOf(sent['grant_type'])
    if (grant !== 'client_credentials')
      return oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${grant}`)
    if (settings.refused() || !authentic(sent)) return oauthError(401, 'access_denied', 'Unauthorized')
    const audience = textOf(sent['audience'])
    if (!isManagementApi(audience, settings.hosts()))
      return oauthError(403, 'access_denied', `Service not enabled within domain: ${audience}`)
    return issue(audience)
  }
  return { method: 'POST', path: '/oauth/token', handle }
}
