import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose'

/** How an answer of this issuer differs from a right one. Claims that are undefined are left out. */
export interface Forgery {
  readonly claims?: Readonly<Record<string, unknown>>
  /** `none`: unsigned; `other`: by a key that the issuer has not published. */
  readonly signed?: 'none' | 'other'
  readonly idToken?: string | null
  readonly accessToken?: string
  readonly accessClaims?: Readonly<Record<string, unknown>>
}

const keys = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/**
 * An issuer that answers as it is told to, so that answers are seen which no honest one gives. It signs everybody in as
 * `auth0|tester`, whatever the code, and revokes nothing.
 */
export const startForgedIssuer = async (clientId: string) => {
  const [own, other] = [keys(), keys()]
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  let url = ''
  let forgery: Forgery = {}
  let nonce = ''

  const signed = (claims: Readonly<Record<string, unknown>>, by: Forgery['signed']): Promise<string> | string =>
    by === 'none'
      ? new UnsecuredJWT(claims).encode()
      : new SignJWT(claims)
          .setProtectedHeader({ alg: 'RS256', kid: 'own' })
          .sign((by === 'other' ? other : own).privateKey)

  const tokens = async () => {
    const now = Math.floor(Date.now() / 1000)
    const common = { iss: `${url}/`, sub: 'auth0|tester', iat: now, exp: now + 600 }
    const idClaims = { ...common, aud: clientId, nonce, auth_time: now, sid: 's', ...forgery.claims }
    const idToken = forgery.idToken === undefined ? await signed(idClaims, forgery.signed) : forgery.idToken
    const access = { ...common, aud: 'urn:nexus', permissions: ['client.read'], ...forgery.accessClaims }
    return {
      access_token: forgery.accessToken ?? (await signed(access, undefined)),
      ...(idToken === null ? {} : { id_token: idToken }),
      refresh_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 600,
    }
  }

  const answers: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer: `${url}/`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/.well-known/jwks.json`,
      revocation_endpoint: `${url}/revoke`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    }),
    '/.well-known/jwks.json': () => ({ keys: [jwk] }),
    '/token': tokens,
    '/revoke': () => ({ error: 'invalid_grant' }),
  }
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await answers[request.url ?? '']?.()
      const status = request.url === '/revoke' ? 400 : 200
      response.writeHead(answer === undefined ? 404 : status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

  return {
    issuer: `${url}/`,
    /** What the next answer is like. @param authorize the address that the browser was led to: it has the nonce */
    forge: (authorize: string, next: Forgery): void => {
      forgery = next
      nonce = new URL(authorize).searchParams.get('nonce') ?? ''
    },
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
