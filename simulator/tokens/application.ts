import type { KeyObject } from 'node:crypto'
import { assertionType, authenticates, claimedClient } from './assertion.ts'
import { isObject, textOf, type JsonObject } from '../json.ts'
import type { Call } from '../http/route.ts'
import type { Store } from '../clients/store.ts'

// Which application asks the token endpoint.

export type Credential = { clientId: string; clientSecret: string }

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const basic = (header: string | string[] | undefined): { client_id?: string; client_secret?: string } => {
  const encoded = typeof header === 'string' ? /^Basic (.+)$/i.exec(header)?.[1] : undefined
  if (encoded === undefined) return {}
  const [, id, secret] = /^([^:]*):?(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { client_id: unescaped(id ?? ''), client_secret: unescaped(secret ?? '') }
}

/** The members of a token request: those of its body, and what Basic says. */
export const sentBy = ({ body, headers }: Call): JsonObject => ({ ...body, ...basic(headers['authorization']) })

const keysOf = (store: Store, clientId: string): KeyObject[] => {
  const methods = store.find(clientId)?.['client_authentication_methods']
  const method = isObject(methods) ? methods['private_key_jwt'] : undefined
  const credentials = isObject(method) && Array.isArray(method['credentials']) ? method['credentials'] : []
  return credentials
    .map((credential) => (isObject(credential) ? store.key(textOf(credential['id'])) : undefined))
    .filter((key) => key !== undefined)
}

/** The secret that authenticates a client now; with credentials in its place, none does. */
const secretOf = (store: Store, clientId: string, given: Credential): string | undefined => {
  const client = store.find(clientId)
  if (client === undefined) return clientId === given.clientId ? given.clientSecret : undefined
  // The secret may have been rotated since the start: the client in the tenant knows better than the options.
  const { client_secret: secret, client_authentication_methods: methods } = client
  return methods === undefined && typeof secret === 'string' ? secret : undefined
}

// The tenant's URL (what the Go SDK sends), or that of the endpoint.
const audiencesOf = (host: string): string[] =>
  ['', '/', '/oauth/token'].flatMap((path) => [`https://${host}${path}`, `http://${host}${path}`])

/**
 * The id of the client that a token request proves to be, by a JWT or by its secret; undefined where it proves nothing.
 * `hosts` are the tenant's names; `given` is the application of the options, which need not stand in the tenant.
 */
export const provenClient = (
  sent: JsonObject,
  hosts: readonly string[],
  store: Store,
  given: Credential,
): string | undefined => {
  if (sent['client_assertion_type'] !== assertionType) {
    const id = textOf(sent['client_id'])
    const secret = secretOf(store, id, given)
    return secret !== undefined && sent['client_secret'] === secret ? id : undefined
  }
  const assertion = textOf(sent['client_assertion'])
  const id = claimedClient(assertion)
  if (id === undefined) return undefined
  return authenticates(assertion, id, keysOf(store, id), hosts.flatMap(audiencesOf), Date.now()) ? id : undefined
}

/** The client that a token request only names, where the client has nothing to prove itself with. */
export const publicClient = (sent: JsonObject, store: Store): string | undefined => {
  const client = store.find(textOf(sent['client_id']))
  const isSilent = sent['client_secret'] === undefined && sent['client_assertion'] === undefined
  return isSilent && client?.['token_endpoint_auth_method'] === 'none' ? client.client_id : undefined
}
