import { constants, verify, type KeyObject } from 'node:crypto'
import { isObject, parsedJson, textOf, type JsonObject } from '../json.ts'

/** `client_assertion_type` of RFC 7523. */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

// The algorithms that Auth0 takes for credentials.
const algorithms: Record<string, { digest: string; pss?: true }> = {
  RS256: { digest: 'RSA-SHA256' },
  RS384: { digest: 'RSA-SHA384' },
  PS256: { digest: 'RSA-SHA256', pss: true },
}

const decoded = (part: string | undefined): JsonObject => {
  const value = parsedJson(Buffer.from(part ?? '', 'base64url').toString())
  return isObject(value) ? value : {}
}

/** Who says that it made the assertion, unverified: its `sub`. */
export const claimedClient = (assertion: string): string | undefined => {
  const { sub } = decoded(assertion.split('.')[1])
  return typeof sub === 'string' ? sub : undefined
}

/**
 * Whether a JWT authenticates the client: signed with one of its keys, issued by and about itself, for this tenant
 * (`audiences`), not expired at `now` (ms). Source: Auth0's page "Authenticate with Private Key JWT", RFC 7523.
 * That a `jti` is used once only is not held.
 */
export const authenticates = (
  assertion: string,
  clientId: string,
  keys: readonly KeyObject[],
  audiences: readonly string[],
  now: number,
): boolean => {
  const [header, body, signature] = assertion.split('.')
  const algorithm = algorithms[textOf(decoded(header)['alg'])]
  const { iss, sub, aud, exp } = decoded(body)
  const meant = Array.isArray(aud) ? aud : [aud]
  if (algorithm === undefined || signature === undefined || iss !== clientId || sub !== clientId) return false
  if (typeof exp !== 'number' || exp * 1000 <= now) return false
  if (!meant.some((audience) => typeof audience === 'string' && audiences.includes(audience))) return false
  const padding =
    algorithm.pss === true
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : {}
  return keys.some((key) =>
    verify(
      algorithm.digest,
      Buffer.from(`${header}.${body}`),
      { key, ...padding },
      Buffer.from(signature, 'base64url'),
    ),
  )
}
