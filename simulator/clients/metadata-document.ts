import { z } from 'zod'
import type { JsonObject } from '../json.ts'

// A client that describes itself: a Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document).

/** What Auth0 says of a document. */
export type Validation = { valid: boolean; violations: string[]; warnings: string[] }

const documentSchema = z.looseObject({
  client_id: z.string(),
  client_name: z.string().min(1),
  redirect_uris: z.array(z.url()).min(1),
  application_type: z.enum(['web', 'native']).optional(),
  logo_uri: z.url().optional(),
  jwks_uri: z.url().optional(),
  grant_types: z.array(z.string()).default(['authorization_code']),
  token_endpoint_auth_method: z.enum(['none', 'private_key_jwt']).default('none'),
})

const known = new Set(Object.keys(documentSchema.shape))
const grants = new Set(['authorization_code', 'refresh_token'])
const appTypes = { web: 'regular_web', native: 'native' }

// A document in memory must not be larger than the drafts recommend for its readers.
const most = 5 * 1024
const patienceMs = 5000

// https with a path (documented); a document on this machine may do without TLS, as the simulator itself may.
const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host)

/** Why an address cannot be that of a document, or undefined. */
export const addressProblem = (text: string): string | undefined => {
  if (!URL.canParse(text)) return 'external_client_id is not a URL'
  const { protocol, hostname, pathname, hash } = new URL(text)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    return 'external_client_id must use https'
  if (pathname === '/') return 'external_client_id must have a path'
  return hash === '' ? undefined : 'external_client_id must not have a fragment'
}

/** A document, fetched; or why it could not be. */
export const fetchDocument = async (url: string): Promise<{ document: unknown } | { error: string }> => {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) })
    if (!answer.ok) return { error: `The metadata document could not be fetched: status ${answer.status}` }
    const text = await answer.text()
    if (text.length > most) return { error: `The metadata document is larger than ${most} bytes` }
    return { document: JSON.parse(text) }
  } catch {
    return { error: 'The metadata document could not be fetched, or is not JSON' }
  }
}

/** The members of a client that a document gives, and what is wrong with it. */
export const mapDocument = (url: string, document: unknown): { mapped: JsonObject; validation: Validation } => {
  const read = documentSchema.safeParse(document)
  if (!read.success) {
    const violations = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return { mapped: { external_client_id: url }, validation: { valid: false, violations, warnings: [] } }
  }
  const { client_id: id, client_name: name, redirect_uris: callbacks, application_type: kind, ...rest } = read.data
  const violations = id === url ? [] : ['client_id: must be the address of the document']
  const warnings = Object.keys(rest)
    .filter((member) => !known.has(member))
    .map((member) => `${member}: is not supported and ignored`)
  const mapped: JsonObject = {
    external_client_id: url,
    name,
    callbacks,
    app_type: appTypes[kind ?? 'web'],
    grant_types: rest.grant_types.filter((grant) => grants.has(grant)),
    token_endpoint_auth_method: rest.token_endpoint_auth_method,
    ...(rest.logo_uri === undefined ? {} : { logo_uri: rest.logo_uri }),
    ...(rest.jwks_uri === undefined ? {} : { jwks_uri: rest.jwks_uri }),
  }
  return { mapped, validation: { valid: violations.length === 0, violations, warnings } }
}
