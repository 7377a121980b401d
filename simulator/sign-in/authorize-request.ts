import type { Store, StoredClient } from '../clients/store.ts'
import type { Answer } from '../http/answer.ts'
import { challengeMethods } from './authorization.ts'
import { errorPage } from './pages.ts'

/** Why an authorization is refused, as the application is told; the texts are Auth0's, where users quote them. */
export type Denial = readonly [error: string, description: string]

const includes = (client: StoredClient, member: string, value: string): boolean => {
  const list = client[member]
  return Array.isArray(list) && list.includes(value)
}

/** The application that asks, and where its answer goes; or the page for where that is not known. */
export const askingClient = (
  query: URLSearchParams,
  store: Store,
): { client: StoredClient; redirectUri: string } | Answer => {
  const id = query.get('client_id')
  if (id === null) return errorPage(400, 'invalid_request: Missing required parameter: client_id')
  const client = store.find(id)
  if (client === undefined) return errorPage(400, `invalid_request: Unknown client: ${id}`)
  const redirectUri = query.get('redirect_uri') ?? ''
  if (includes(client, 'callbacks', redirectUri) && URL.canParse(redirectUri)) return { client, redirectUri }
  return errorPage(
    403,
    `unauthorized_client: Callback URL mismatch. ${redirectUri} is not in the list of allowed callback URLs`,
  )
}

const prompts = new Set(['none', 'login', 'consent'])

/** In the order in which they are found. That Auth0 uses just these words of the last ones is a guess. */
const refusals: readonly {
  applies: (query: URLSearchParams, client: StoredClient) => boolean
  denial: (query: URLSearchParams) => Denial
}[] = [
  {
    applies: (query) => query.get('response_type') === null,
    denial: () => ['invalid_request', 'Missing required parameter: response_type'],
  },
  {
    applies: (query) => query.get('response_type') !== 'code',
    denial: (query) => ['unsupported_response_type', `Unsupported response type: ${query.get('response_type')}`],
  },
  {
    applies: (_query, client) => !includes(client, 'grant_types', 'authorization_code'),
    denial: () => ['unauthorized_client', "Grant type 'authorization_code' not allowed for the client."],
  },
  {
    applies: (query) => (query.get('response_mode') ?? 'query') !== 'query',
    denial: (query) => ['invalid_request', `Unsupported response mode: ${query.get('response_mode')}`],
  },
  {
    applies: (query) => !Object.hasOwn(challengeMethods, query.get('code_challenge_method') ?? 'plain'),
    denial: (query) => ['invalid_request', `Unsupported code_challenge_method: ${query.get('code_challenge_method')}`],
  },
  {
    applies: (query) => query.has('code_challenge_method') && !query.get('code_challenge'),
    denial: () => ['invalid_request', 'Missing required parameter: code_challenge'],
  },
  {
    applies: (query) => query.has('prompt') && !prompts.has(query.get('prompt') ?? ''),
    denial: (query) => ['invalid_request', `Unsupported prompt: ${query.get('prompt')}`],
  },
  {
    applies: (query) => !/^\d{0,9}$/.test(query.get('max_age') ?? ''),
    denial: () => ['invalid_request', 'max_age must be a number of seconds'],
  },
]

/** Why a known application is refused; undefined where it is not. */
export const denialOf = (query: URLSearchParams, client: StoredClient): Denial | undefined =>
  refusals.find(({ applies }) => applies(query, client))?.denial(query)

// What OpenID Connect defines, and what lets an application ask for refresh tokens.
const openidScopes = new Set(['openid', 'profile', 'email', 'address', 'phone'])

/**
 * The scopes that a user's authorization gives of those that were asked for: OpenID's, and the user's permissions.
 * `offline_access` only where the application may refresh.
 */
export const grantedScope = (asked: string, client: StoredClient, permissions: readonly string[]): string[] =>
  asked
    .split(' ')
    .filter((scope, index, all) => all.indexOf(scope) === index)
    .filter((scope) =>
      scope === 'offline_access'
        ? includes(client, 'grant_types', 'refresh_token')
        : openidScopes.has(scope) || permissions.includes(scope),
    )
