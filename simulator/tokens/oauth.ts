import { randomBytes } from 'node:crypto'
import type { Answer } from '../http/answer.ts'
import { publicClient, provenClient, sentBy, type Credential } from './application.ts'
import { textOf, type JsonObject } from '../json.ts'
import { jwt, type SigningKey } from './keys.ts'
import type { Call, Route } from '../http/route.ts'
import type { Store, StoredClient } from '../clients/store.ts'

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

/** The error answer of RFC 6749, 5.2, with Auth0's status codes. */
export const oauthError = (status: number, error: string, description: string, uri?: string): Answer => ({
  status,
  body: { error, error_description: description, ...(uri === undefined ? {} : { error_uri: uri }) },
})

// Both as users quote them: auth0/ruby-auth0#190 and #610.
export const grantNotAllowed = (grant: string): Answer =>
  oauthError(
    403,
    'unauthorized_client',
    `Grant type '${grant}' not allowed for the client.`,
    'https://auth0.com/docs/clients/client-grant-types',
  )
const withoutGrant = (audience: string): Answer =>
  oauthError(
    403,
    'access_denied',
    `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants`,
  )

/** Where an application does not prove who it is. */
export const unauthorizedClient = oauthError(401, 'access_denied', 'Unauthorized')

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

export type OauthSettings = {
  credential: Credential
  scopes: readonly string[]
  tokenSeconds: number
  /** Names under which the tenant may be asked for, as host:port. */
  hosts: () => readonly string[]
  refused: () => boolean
}

// What the SDK, the Terraform provider and the deploy CLI ask for: https://<domain>/api/v2/ (measured).
const isManagementApi = (audience: string, hosts: readonly string[]): boolean =>
  hosts.some((host) => [`https://${host}/api/v2/`, `http://${host}/api/v2/`].includes(audience))

/** What the token endpoint knows of a request: who asks, and what it sent. */
export type Asked = {
  client: StoredClient
  /** Whether the application has no secret to prove itself with. */
  isPublic: boolean
  sent: JsonObject
  hosts: readonly string[]
  origin: string
}

/** One grant type of the token endpoint. `forPublic`: applications without a secret may use it. */
export type Grant = { forPublic: boolean; answer: (asked: Asked) => Answer }

/** The grant `client_credentials`: tokens for the Management API. */
export const clientCredentials = (settings: OauthSettings, tokens: Tokens, key: SigningKey): Grant => {
  /** Only the simulator's own application has a client grant for the Management API. */
  const denial = (client: StoredClient, audience: string): Answer | undefined => {
    const grants = client['grant_types']
    if (Array.isArray(grants) && !grants.includes('client_credentials')) return grantNotAllowed('client_credentials')
    return client.client_id === settings.credential.clientId ? undefined : withoutGrant(audience)
  }
  const issue = (audience: string, origin: string): Answer => {
    const now = Math.floor(Date.now() / 1000)
    const { clientId } = settings.credential
    const scope = settings.scopes.join(' ')
    const token = jwt(key, {
      iss: `${origin}/`,
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
  const answer = ({ client, sent, hosts, origin }: Asked): Answer => {
    const audience = textOf(sent['audience'])
    if (!isManagementApi(audience, hosts))
      return oauthError(403, 'access_denied', `Service not enabled within domain: ${audience}`)
    return denial(client, audience) ?? issue(audience, origin)
  }
  return { forPublic: false, answer }
}

/** Who calls an endpoint of `/oauth`; undefined where they do not prove it. */
export type Authenticate = (call: Call) => Asked | undefined

/**
 * An application proves who it is by its secret (in the body, or by Basic) or by a JWT signed with one of its
 * credentials; a public one says it.
 */
export const authenticator =
  (settings: OauthSettings, store: Store): Authenticate =>
  (call) => {
    const sent = sentBy(call)
    // A tenant is asked for by the name that the caller has for it.
    const hosts = [...settings.hosts(), ...[call.headers['host'] ?? []].flat()]
    const proven = provenClient(sent, hosts, store, settings.credential)
    const id = proven ?? publicClient(sent, store)
    if (settings.refused() || id === undefined) return undefined
    // The application of the options need not stand in the tenant.
    const client = store.find(id) ?? { client_id: id }
    return { client, isPublic: proven === undefined, sent, hosts, origin: call.origin }
  }

/** `POST /oauth/token`, as JSON or as a form, by `grant_type`. */
export const tokenRoute = (authenticate: Authenticate, grants: Readonly<Record<string, Grant>>): Route => {
  const handle = (call: Call): Answer => {
    const type = textOf(sentBy(call)['grant_type'])
    const grant = Object.hasOwn(grants, type) ? grants[type] : undefined
    if (grant === undefined) return oauthError(403, 'unsupported_grant_type', `Unsupported grant type: ${type}`)
    const asked = authenticate(call)
    return asked === undefined || (asked.isPublic && !grant.forPublic) ? unauthorizedClient : grant.answer(asked)
  }
  return { method: 'POST', path: '/oauth/token', handle }
}
