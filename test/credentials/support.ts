import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { once } from 'node:events'
import { createSign, generateKeyPairSync } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { parseConfiguration } from '../../adapters/config/load.ts'
import { createAuthenticator } from '../../adapters/credentials/authenticate.ts'
import { createHttp } from '../../adapters/http/http.ts'
import type { AuthenticatorOptions, Credentials } from '../../adapters/credentials/authenticate.ts'
import { hashToken } from '../../adapters/credentials/application-tokens.ts'
import { AuthenticationUnavailable, TooManyAttempts, Unauthenticated } from '../../adapters/credentials/errors.ts'
import type { Caller } from '../../domain/vocabulary.ts'

/** A key pair of an issuer's, and its id. */
export interface Key {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JsonWebKey
}

const makeKey = (kid: string): Key => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }
  return { kid, privateKey, publicKey, jwk }
}

/** Keys are slow to make: most tests share these. */
export const key = makeKey('one')
export const otherKey = makeKey('two')

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')

export const unsigned = (header: object, payload: object): string => `${encode(header)}.${encode(payload)}`

/** Signs what it is given, however wrong. RS256. */
export const sign = (payload: object, header: object = {}, signer: Key = key): string => {
  const content = unsigned({ alg: 'RS256', kid: signer.kid, typ: 'JWT', ...header }, payload)
  return `${content}.${createSign('sha256').update(content).sign(signer.privateKey).toString('base64url')}`
}

/** A key server that can be told what to answer, and counts how often it was asked. */
export interface KeyServer {
  readonly url: string
  asked: number
  /** What it answers; `down` closes the connection without an answer. */
  answer:
    { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | 'down' | 'silent'
  publish: (...keys: readonly object[]) => void
}

const close = async (server: Server): Promise<void> => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

export const startKeyServer = async (): Promise<KeyServer> => {
  const server = createServer((_request, response) => {
    state.asked++
    if (state.answer === 'silent') return
    if (state.answer === 'down') {
      response.socket?.destroy()
      return
    }
    response.writeHead(state.answer.status, { 'content-type': 'application/json', ...state.answer.headers })
    response.end(state.answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => close(server))
  const address = server.address()
  const state: KeyServer = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks.json`,
    asked: 0,
    answer: 'down',
    publish: (...keys) => {
      state.answer = { status: 200, body: JSON.stringify({ keys }) }
    },
  }
  state.publish(key.jwk)
  return state
}

export const applicationToken = 'nxa_portal'
export const narrowToken = 'nxa_narrow'

/** 2026-01-01T00:00:00Z, in seconds. */
export const epoch = 1_767_225_600

export const goodClaims = {
  iss: 'https://issuer.example/',
  aud: 'urn:nexus',
  sub: 'auth0|ann',
  iat: epoch - 60,
  exp: epoch + 3600,
  permissions: ['client.read', 'client.write', 'somebody.elses'],
  'https://nexus.example/roles': ['billing-admins'],
  'https://nexus.example/products': ['Billing', 'Search'],
}

/** @param issuers more of them */
const configurationOf = (jwksUrl: string, more = '', issuers = '') =>
  parseConfiguration(
    `
tenants:
  - { id: acme, domain: acme.auth0.com, credential: { clientId: a, clientSecret: b } }
  - { id: beta, domain: beta.auth0.com, credential: { clientId: a, clientSecret: b } }
issuers:
  - issuer: https://issuer.example/
    audience: [urn:nexus, urn:nexus:2]
    jwksUrl: ${jwksUrl}
    allowInsecure: true
    tenants: [acme, beta]
${issuers}
applicationTokens:
  tokens:
    - { name: portal, sha256: ${hashToken(applicationToken)}, tenants: '*' }
    - name: narrow
      sha256: ${hashToken(narrowToken)}
      tenants: [beta]
      products: [Billing, Payments]
      permissions: [client.write, tenant.admin]
${more}`,
    { file: 'test', env: {} },
  )

/** What comes of credentials: the caller, or the error that the API would answer with. */
export type Outcome =
  | { readonly caller: Caller }
  | { readonly refused: string; readonly challenges: readonly string[] }
  | { readonly unavailable: string }
  | { readonly tooMany: string }

/** An authenticator whose clock stands still, and which says what came of it. */
export const startAuthenticator = (jwksUrl: string, options: AuthenticatorOptions = {}, more = '', issuers = '') => {
  const clock = { seconds: epoch }
  const now = (): number => clock.seconds * 1000
  const authenticate = createAuthenticator(createHttp({}), configurationOf(jwksUrl, more, issuers), { now, ...options })
  const outcomeOf = async (credentials: Credentials): Promise<Outcome> => {
    try {
      return { caller: await authenticate(credentials) }
    } catch (error) {
      if (error instanceof Unauthenticated) return { refused: error.detail, challenges: error.challenges }
      if (error instanceof AuthenticationUnavailable) return { unavailable: error.name }
      if (error instanceof TooManyAttempts) return { tooMany: error.name }
      throw error
    }
  }
  const bearer = async (token: string, application: string = applicationToken): Promise<Outcome> =>
    outcomeOf({ authorization: `Bearer ${token}`, applicationToken: application })
  return { authenticate: outcomeOf, bearer, clock }
}
