import { parsedAs } from '../../adapters/nexus-api/answer.ts'
import type { Remote } from '../../adapters/nexus-api/client.ts'
import { Client } from './client-answers.ts'
import type { ApiFlags } from '../remote.ts'

/** How the commands about clients ask the API. */

export const clientsPath = (tenantId: string): string => `/v1/tenants/${tenantId}/clients`
export const clientPath = (tenantId: string, clientId: string): string =>
  `${clientsPath(tenantId)}/${encodeURIComponent(clientId)}`

/** A client, with what the headers of its answer say. */
interface ClientAnswer {
  readonly status: number
  readonly client: Client
  readonly etag: string | null
  readonly change: string | null
  readonly warnings: readonly string[]
}

/** Reads a client, not compressed: a proxy that compresses changes the tag, which `If-Match` then needs as it was. */
export const readClient = async (remote: Remote, path: string): Promise<ClientAnswer> =>
  clientAnswerOf(await remote.granted('GET', path, { headers: { 'accept-encoding': 'identity' } }), remote)

export const clientAnswerOf = (answer: Awaited<ReturnType<Remote['granted']>>, { url }: Remote): ClientAnswer => {
  const { status, headers } = answer
  return {
    status,
    client: parsedAs(Client, answer, url),
    etag: headers.get('etag'),
    change: headers.get('nexus-change'),
    warnings: linesOf(headers.get('nexus-warning')),
  }
}

/** Lines of one header arrive with commas between them; each ends with a full stop. */
const linesOf = (header: string | null): string[] => header?.split(/(?<=\.), /) ?? []

export interface PageFlags extends ApiFlags {
  /** How many are wanted at most. */
  readonly limit: number
  /** The `next` of an earlier answer. */
  readonly cursor?: string
}

/** The most that the API puts on a page. */
const onPage = 100

/** Pages, one after the other, until there are enough or no more. */
export const pages = async <Page extends { readonly next: string | null }, Item>(
  read: (query: Readonly<Record<string, string | undefined>>) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
  { limit, cursor }: PageFlags,
): Promise<{ readonly items: Item[]; readonly next: string | null }> => {
  const items: Item[] = []
  let next = cursor ?? null
  do {
    const page = await read({ limit: String(Math.min(onPage, limit - items.length)), cursor: next ?? undefined })
    items.push(...itemsOf(page))
    next = page.next
  } while (next !== null && items.length < limit)
  return { items, next }
}
