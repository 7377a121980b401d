import { invalidBody, type Answer } from '../http/answer.ts'
import type { Call, Route } from '../http/route.ts'
import { pick, textOf, type JsonObject } from '../json.ts'
import { defaultsFor } from './defaults.ts'
import { answeredId, newClientId } from './ids.ts'
import { addressProblem, fetchDocument, mapDocument, type Validation } from './metadata-document.ts'
import { check } from './schema.ts'
import type { Store, StoredClient } from './store.ts'

/** The address that a call names; throws the refusal of one that is none. */
const addressIn = ({ body }: Call): string => {
  check(body, {
    type: 'object',
    members: { external_client_id: { type: 'string', min: 1, max: 120 } },
    required: ['external_client_id'],
  })
  const url = textOf(body['external_client_id'])
  const problem = addressProblem(url)
  if (problem !== undefined) throw invalidBody(`'${problem}'.`)
  return url
}

const withDocument = (store: Store, url: string): StoredClient | undefined =>
  store.all().find((client) => client['external_client_id'] === url)

/** Registers the client of a document, or brings the one that there is up to date. */
const put = (store: Store, url: string, mapped: JsonObject): StoredClient => {
  const sent = { ...mapped, is_first_party: false }
  const base = withDocument(store, url) ?? {
    ...defaultsFor(sent, 'strict'),
    client_id: newClientId('strict'),
    is_first_party: false,
    external_metadata_type: 'cimd',
    external_metadata_created_by: 'admin',
  }
  // A key of its own takes the place of an authentication method.
  const stays = (member: string): boolean =>
    member !== 'token_endpoint_auth_method' || mapped['token_endpoint_auth_method'] === 'none'
  const client = { ...base, ...pick(mapped, stays) }
  store.put(client)
  return client
}

const answerOf = (mapped: JsonObject, validation: Validation): JsonObject => ({
  mapped_fields: mapped,
  validation: { ...validation },
})

const register =
  (store: Store) =>
  async (call: Call): Promise<Answer> => {
    const url = addressIn(call)
    const fetched = await fetchDocument(url)
    if ('error' in fetched) throw invalidBody(`'${fetched.error}'.`)
    const { mapped, validation } = mapDocument(url, fetched.document)
    if (!validation.valid) throw invalidBody(`'${validation.violations.join(', ')}'.`)
    const status = withDocument(store, url) === undefined ? 201 : 200
    const { client_id: id } = put(store, url, mapped)
    return { status, body: { client_id: id, ...answerOf(mapped, validation) } }
  }

const preview =
  (store: Store) =>
  async (call: Call): Promise<Answer> => {
    const url = addressIn(call)
    const present = withDocument(store, url)
    const id = present === undefined ? {} : { client_id: present.client_id }
    const fetched = await fetchDocument(url)
    if ('error' in fetched) return { status: 200, body: { ...id, errors: [fetched.error] } }
    const { mapped, validation } = mapDocument(url, fetched.document)
    return { status: 200, body: { ...id, ...answerOf(mapped, validation) } }
  }

/** `/api/v2/clients/cimd`: clients that describe themselves by a document, which the simulator fetches. */
export const metadataRoutes = (store: Store): Route[] => [
  {
    method: 'POST',
    path: '/api/v2/clients/cimd/register',
    scopes: ['create:clients', 'update:clients'],
    writes: (_call, answer) => answeredId(answer),
    handle: register(store),
  },
  {
    method: 'POST',
    path: '/api/v2/clients/cimd/preview',
    scopes: ['create:clients', 'update:clients', 'read:clients'],
    handle: preview(store),
  },
]
