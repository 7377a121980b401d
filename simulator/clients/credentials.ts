import { createHash, createPublicKey, randomBytes, X509Certificate, type KeyObject } from 'node:crypto'
import { invalidBody, noSuchCredential, refusal, Refused } from '../http/answer.ts'
import { isObject, textOf, type Json, type JsonObject } from '../json.ts'
import { credential as credentialSchema } from './member-parts.ts'
import { check } from './schema.ts'
import type { Credential, Store } from './store.ts'

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

const newId = (): string =>
  `cred_${Array.from(randomBytes(22), (byte) => base58[byte % base58.length] ?? '1').join('')}`

const certificateIn = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

const keyIn = (pem: string): KeyObject => {
  try {
    return createPublicKey(pem)
  } catch {
    throw invalidBody("'pem' is neither a public key nor a certificate.")
  }
}

/** RFC 7638: what Auth0 gives as `kid` where none is sent (43 characters, recorded). */
const thumbprint = (key: KeyObject): string => {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' })
  // The members in the order of the RFC; those that the kind of key lacks are undefined, and left out.
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}

const dateTime = (value: string | Date): string => new Date(value).toISOString()

// One entry per kind of credential: the members that it shows besides name and dates (recorded for two of the three).
const kinds: Record<string, (sent: JsonObject, pem: string | undefined) => JsonObject> = {
  public_key: (sent, pem) => {
    const key = keyIn(pem ?? '')
    const certificate = sent['parse_expiry_from_cert'] === true ? certificateIn(pem ?? '') : undefined
    const parsed = certificate === undefined ? {} : { expires_at: dateTime(certificate.validTo) }
    const given = typeof sent['expires_at'] === 'string' ? { expires_at: dateTime(sent['expires_at']) } : {}
    return { kid: sent['kid'] ?? thumbprint(key), alg: sent['alg'] ?? 'RS256', ...given, ...parsed }
  },
  x509_cert: (_sent, pem) => {
    const certificate = certificateIn(pem ?? '')
    if (certificate === undefined) throw invalidBody("'pem' is not a certificate.")
    return {
      thumbprint_sha256: createHash('sha256').update(certificate.raw).digest('base64url'),
      expires_at: dateTime(certificate.validTo),
    }
  },
  cert_subject_dn: (sent, pem) => {
    // Recorded: in the certificate's order, one attribute a line ("C=…\nST=…\nCN=…"), as Node writes it.
    const subject = sent['subject_dn'] ?? certificateIn(pem ?? '')?.subject
    if (subject === undefined) throw invalidBody("'Missing required property: subject_dn'.")
    return { subject_dn: subject }
  },
}

/** Creates a credential of a client; the newest stands first. Throws the refusal of a wrong payload. */
export const addCredential = (store: Store, clientId: string, sent: JsonObject): Credential => {
  check(sent, credentialSchema)
  const type = textOf(sent['credential_type'])
  const now = new Date().toISOString()
  const pem = typeof sent['pem'] === 'string' ? sent['pem'] : undefined
  const credential: Credential = {
    id: newId(),
    credential_type: type,
    ...kinds[type]?.(sent, pem),
    ...(sent['name'] === undefined ? {} : { name: sent['name'] }),
    created_at: now,
    updated_at: now,
  }
  store.setCredentials(clientId, [credential, ...store.credentials(clientId)])
  if (type === 'public_key') store.setKey(credential.id, keyIn(pem ?? ''))
  return credential
}

/** One credential; throws a 404 where the client or the credential does not exist. */
export const getCredential = (store: Store, clientId: string, id: string): Credential => {
  const { client_id: owner } = store.get(clientId)
  const found = store.credentials(owner).find((credential) => credential.id === id)
  if (found === undefined) throw noSuchCredential()
  return found
}

/** PATCH takes `expires_at` only; null removes it. */
export const updateCredential = (store: Store, clientId: string, id: string, sent: JsonObject): Credential => {
  check(sent, {
    type: 'object',
    members: { expires_at: { type: 'string', format: 'date-time', nullable: true } },
  })
  const { expires_at: present, ...rest } = getCredential(store, clientId, id)
  const wanted = sent['expires_at'] === undefined ? present : sent['expires_at']
  const next: Credential = {
    ...rest,
    id,
    updated_at: new Date().toISOString(),
    ...(typeof wanted === 'string' ? { expires_at: dateTime(wanted) } : {}),
  }
  store.setCredentials(
    clientId,
    store.credentials(clientId).map((credential) => (credential.id === id ? next : credential)),
  )
  return next
}

/** The members of a client that name credentials. */
const places = ['client_authentication_methods', 'signed_request_object', 'token_vault_privileged_access']

/**
 * A client with what `idOf` makes of each of its credentials in their place.
 *
 * @param idOf gets a credential, and the name of the member or of the method that lists it
 */
export const withCredentialIds = <C extends JsonObject>(
  client: C,
  idOf: (credential: JsonObject, holder: string) => string,
): C => {
  const replaced = (value: Json, holder: string): Json => {
    if (!isObject(value)) return value
    const { credentials } = value
    if (Array.isArray(credentials))
      return { ...value, credentials: credentials.filter(isObject).map((one) => ({ id: idOf(one, holder) })) }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, replaced(inner, name)]))
  }
  const named = places.flatMap((place) => {
    const value = client[place]
    return value === undefined ? [] : [[place, replaced(value, place)] as const]
  })
  return { ...client, ...Object.fromEntries(named) }
}

const names = (value: Json | undefined, id: string): boolean => {
  if (Array.isArray(value)) return value.some((item) => names(item, id))
  return isObject(value) && (value['id'] === id || Object.values(value).some((member) => names(member, id)))
}

/**
 * DELETE answers 204 whether it was there or not (the API documents no 404). One that the client still uses stays
 * ("a credential cannot be deleted while it is still attached", go-auth0; 400 is documented, its wording is a guess).
 */
export const deleteCredential = (store: Store, clientId: string, id: string): void => {
  const client = store.find(clientId)
  if (places.some((place) => names(client?.[place], id)))
    throw new Refused(refusal(400, 'The credential is in use by the client', 'invalid_body'))
  store.setCredentials(
    clientId,
    store.credentials(clientId).filter((credential) => credential.id !== id),
  )
}
