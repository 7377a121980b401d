import { invalidQuery, type Answer } from '../http/answer.ts'
import type { Call } from '../http/route.ts'
import { textOf, type JsonObject } from '../json.ts'
import type { Store, StoredClient } from './store.ts'
import { selection, view, wholeNumber, yesOrNo, type Viewer } from './view.ts'

type Filter = (client: StoredClient) => boolean

const words = (query: URLSearchParams, name: string): string[] =>
  (query.get(name) ?? '').split(',').filter((word) => word !== '')

/** One entry per filter of a list: what it keeps; undefined where the query does not name it. */
const filters: Record<string, (query: URLSearchParams) => Filter | undefined> = {
  is_global: (query) => {
    const wanted = yesOrNo(query, 'is_global')
    return wanted === undefined ? undefined : (client) => (client['global'] === true) === wanted
  },
  is_first_party: (query) => {
    const wanted = yesOrNo(query, 'is_first_party')
    return wanted === undefined ? undefined : (client) => (client['is_first_party'] !== false) === wanted
  },
  app_type: (query) => {
    const types = words(query, 'app_type')
    return types.length === 0 ? undefined : (client) => types.includes(textOf(client['app_type']))
  },
  external_client_id: (query) => {
    const url = query.get('external_client_id') ?? ''
    return url === '' ? undefined : (client) => client['external_client_id'] === url
  },
}

const grantQuery = /^client_grant\.(organization_id:\S+|allow_any_organization:true)$/

/**
 * `q` asks for the clients whose grants concern an organization: this tenant has none. Documented: no other query, no
 * other filter beside it, checkpoint paging only; the wordings are guesses.
 */
const checkSearch = (query: URLSearchParams): void => {
  const q = query.get('q') ?? ''
  if (!grantQuery.test(q))
    throw invalidQuery(`'Object didn't pass validation for format client-query: ${q}' on property q.`)
  const beside = Object.keys(filters).find((name) => query.has(name))
  if (beside !== undefined) throw invalidQuery(`'q cannot be used together with ${beside}' on property q.`)
  if (!isCheckpoint(query)) throw invalidQuery(`'q requires from and take' on property q.`)
}

const isCheckpoint = (query: URLSearchParams): boolean => query.has('from') || query.has('take')

const rowsFor = (store: Store, query: URLSearchParams): StoredClient[] => {
  if (query.has('q')) {
    checkSearch(query)
    return []
  }
  const wanted = Object.values(filters).flatMap((filter) => filter(query) ?? [])
  return store.all().filter((client) => wanted.every((keeps) => keeps(client)))
}

const cursorOf = (client: StoredClient, index: number): string =>
  Buffer.from(`${index} ${client.client_id}`).toString('base64url')

/** Where a checkpoint page begins: behind the client it names; where that is gone, at its old place. */
const startOf = (cursor: string | null, rows: StoredClient[]): number => {
  if (cursor === null || cursor === '') return 0
  const [, index, id] = /^(\d+) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (id === undefined) throw invalidQuery(`'Invalid value' on property from.`)
  const found = rows.findIndex((client) => client.client_id === id)
  return found === -1 ? Number(index) : found + 1
}

/** `GET /api/v2/clients`: by checkpoints where the query names `from` or `take`, by offsets otherwise. */
export const listClients = (store: Store, viewer: Viewer, { query, scopes }: Call): Answer => {
  const rows = rowsFor(store, query)
  const select = selection(query, scopes)
  const show = (page: StoredClient[]): JsonObject[] =>
    page.map((client) => select(view(viewer, client, 'read', scopes)))
  if (isCheckpoint(query)) {
    const take = wholeNumber(query, 'take', 50, 1, 100)
    const start = startOf(query.get('from'), rows)
    const page = rows.slice(start, start + take)
    const last = page.at(-1)
    const more = last !== undefined && start + take < rows.length
    return { status: 200, body: { clients: show(page), ...(more ? { next: cursorOf(last, start + take - 1) } : {}) } }
  }
  const limit = wholeNumber(query, 'per_page', 50, 0, 100)
  const start = wholeNumber(query, 'page', 0, 0, Number.MAX_SAFE_INTEGER) * limit
  const clients = show(rows.slice(start, start + limit))
  const totals = yesOrNo(query, 'include_totals') === true
  return { status: 200, body: totals ? { total: rows.length, start, limit, clients } : clients }
}
