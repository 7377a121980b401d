import { isObject, textOf, type Json, type JsonObject } from '../json.ts'
import { isReplayed, type Cassette, type Interaction } from './cassette.ts'

/** A client that a cassette uses without creating it, as far as its answers show it. */
export type Preexisting = { client: JsonObject; credentials: JsonObject[] }

const idIn = (path: string): string | undefined => path.split('/')[4]

/** The clients, or credentials, that an answer shows. */
export const rowsOf = (body: Json | null | undefined): JsonObject[] => {
  if (Array.isArray(body)) return body.filter(isObject)
  if (!isObject(body)) return []
  return Array.isArray(body['clients']) ? body['clients'].filter(isObject) : [body]
}

export const isCredentials = (path: string): boolean => path.includes('/credentials')

/** An answer that shows a client with all of its members. */
export const isWhole = ({ request }: Interaction): boolean => request.query['fields'] === undefined

// Only by what is replayed: what another path created is there before.
const createdIn = (interactions: Interaction[], member: string): Set<string> =>
  new Set(
    interactions
      .filter(({ request, response }) => request.method === 'POST' && response.status === 201)
      .filter(({ request }) => isReplayed(request))
      .flatMap(({ response }) => rowsOf(response.body).map((row) => textOf(row[member]))),
  )

/** Credentials by client, in the order in which a list shows them. */
const credentialsIn = (interactions: Interaction[]): Map<string, Map<string, JsonObject>> => {
  const created = createdIn(interactions, 'id')
  const found = new Map<string, Map<string, JsonObject>>()
  for (const { request, response } of interactions.filter((one) => isCredentials(one.request.path))) {
    const owner = idIn(request.path)
    if (owner === undefined || response.status !== 200) continue
    const known = found.get(owner) ?? new Map<string, JsonObject>()
    for (const row of rowsOf(response.body)) {
      const id = textOf(row['id'])
      if (!created.has(id) && !known.has(id)) known.set(id, row)
    }
    found.set(owner, known)
  }
  return found
}

/**
 * What the tenant must hold before the first interaction: the cassette's `seed`, and every other client that it shows
 * but does not create, from the first answer that shows it whole.
 */
export const preexisting = ({ interactions, seed }: Cassette): Preexisting[] => {
  const created = createdIn(interactions, 'client_id')
  const credentials = credentialsIn(interactions)
  const clients = new Map<string, JsonObject>(
    Object.entries(seed).map(([id, state]) => [id, { ...state, client_id: id }]),
  )
  const whole = new Set(Object.keys(seed))
  for (const one of interactions.filter(({ request }) => isReplayed(request) && !isCredentials(request.path)))
    for (const row of one.response.status < 300 ? rowsOf(one.response.body) : []) {
      const id = textOf(row['client_id'])
      if (created.has(id)) continue
      // A recorder drops `global`; the query that found the client tells.
      const global = one.request.query['is_global'] === 'true' ? { global: true } : {}
      const known = clients.get(id)
      const better = isWhole(one) && !whole.has(id)
      clients.set(id, { ...(better ? row : {}), ...(better ? pickGlobal(known) : (known ?? row)), ...global })
      if (better) whole.add(id)
    }
  return [...clients].map(([id, client]) => ({ client, credentials: [...(credentials.get(id)?.values() ?? [])] }))
}

const pickGlobal = (client: JsonObject | undefined): JsonObject => (client?.['global'] === true ? { global: true } : {})
