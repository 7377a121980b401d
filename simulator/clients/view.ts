import { invalidQuery, refusal, Refused } from '../http/answer.ts'
import { pick, type JsonObject } from '../json.ts'
import type { StoredClient } from './store.ts'

export type Occasion = 'created' | 'changed' | 'read'

const everybody = new Set(['client_id', 'app_type', 'name', 'description'])
const keyScopes = ['read:client_keys']
const credentialScopes = ['read:client_keys', 'read:client_credentials']
const clientScopes = ['read:clients', 'read:client_keys']

// Which scopes show a member; any one suffices. The API documents read:client_credentials for the keys as well, but the
// secret of a client "is empty without read:client_keys" (Terraform provider).
const scopesOf = new Map([
  ['client_secret', keyScopes],
  ['signing_keys', keyScopes],
  ['encryption_key', keyScopes],
  ['client_authentication_methods', credentialScopes],
])

const sees = (scopes: ReadonlySet<string>, member: string): boolean =>
  scopesOf.get(member)?.some((scope) => scopes.has(scope)) ?? true

// Recorded: the private key in the answer of POST only, and a subject that reads "deprecated" where a client is read.
// The values are no keys, but unmistakable texts, so that a test can look for a leak.
const signingKeys = (client: StoredClient, domain: string, occasion: Occasion): JsonObject[] => [
  {
    cert: `-----BEGIN CERTIFICATE-----\r\nsimulated certificate of ${domain}\r\n-----END CERTIFICATE-----\r\n`,
    ...(occasion === 'created'
      ? { key: `-----BEGIN PRIVATE KEY-----\r\nsimulated key of ${client.client_id}\r\n-----END PRIVATE KEY-----\r\n` }
      : {}),
    pkcs7: `-----BEGIN PKCS7-----\r\nsimulated chain of ${domain}\r\n-----END PKCS7-----\r\n`,
    subject: occasion === 'read' ? 'deprecated' : `/CN=${domain}`,
  },
]

/** A client as the API answers it to somebody who may see secrets. */
const whole = (client: StoredClient, tenant: string, domain: string, occasion: Occasion): JsonObject => {
  const { client_secret: secret, ...rest } = client
  // Recorded: with credentials instead of a secret, the secret is not shown; it is back when they are gone.
  const hasSecret = secret !== undefined && client['client_authentication_methods'] === undefined
  return {
    tenant,
    ...rest,
    ...(hasSecret ? { client_secret: secret } : {}),
    ...(occasion === 'created' ? { encrypted: true } : {}),
    signing_keys: signingKeys(client, domain, occasion),
  }
}

export type Viewer = { tenant: string; domain: () => string }

/** A client as an answer shows it to a token with these scopes. */
export const view = (
  viewer: Viewer,
  client: StoredClient,
  occasion: Occasion,
  scopes: ReadonlySet<string>,
): JsonObject => {
  const every = pick(whole(client, viewer.tenant, viewer.domain(), occasion), (name) => sees(scopes, name))
  // Documented for reading; what a POST or PATCH answers is the whole client.
  const partly = occasion === 'read' && !clientScopes.some((scope) => scopes.has(scope))
  return partly ? pick(every, (name) => everybody.has(name) || scopesOf.has(name)) : every
}

/** Reads a whole number from the query; throws Auth0's 400 outside its limits. */
export const wholeNumber = (
  query: URLSearchParams,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number => {
  const given = query.get(name)
  if (given === null || given === '') return fallback
  const value = Number(given)
  if (!Number.isInteger(value)) throw invalidQuery(`'Expected type integer but found type string' on property ${name}.`)
  if (value < min) throw invalidQuery(`'Value ${value} is less than minimum ${min}' on property ${name}.`)
  if (value > max) throw invalidQuery(`'Value ${value} is greater than maximum ${max}' on property ${name}.`)
  return value
}

/** Reads a yes or no from the query. */
export const yesOrNo = (query: URLSearchParams, name: string): boolean | undefined => {
  const given = query.get(name)
  if (given === null || given === '') return undefined
  if (given !== 'true' && given !== 'false')
    throw invalidQuery(`'Expected type boolean but found type string' on property ${name}.`)
  return given === 'true'
}

/**
 * What `fields` and `include_fields` leave of a client. `tenant` stays in any selection (recorded).
 * Throws a 403 where a field is named that the token may not read (documented).
 */
export const selection = (
  query: URLSearchParams,
  scopes: ReadonlySet<string>,
): ((client: JsonObject) => JsonObject) => {
  const fields = (query.get('fields') ?? '').split(',').filter((field) => field !== '')
  if (fields.length === 0) return (client) => client
  const names = new Set(fields.map((field) => field.split('.', 1)[0] ?? field))
  if (yesOrNo(query, 'include_fields') === false) return (client) => pick(client, (name) => !names.has(name))
  const hidden = [...names].find((name) => !sees(scopes, name))
  if (hidden !== undefined)
    throw new Refused(
      refusal(403, `Insufficient scope, expected any of: ${scopesOf.get(hidden)?.join(',')}`, 'insufficient_scope'),
    )
  return (client) => pick(client, (name) => name === 'tenant' || names.has(name))
}
