import { z } from 'zod'
import type { ClientLists, ClientPage, ListedClient } from '../../adapters/postgres/clients/client-lists.ts'
import { sortFields } from '../../adapters/postgres/clients/list-request.ts'
import type { ClientListRequest, ListOrder } from '../../adapters/postgres/clients/list-request.ts'
import { claimsOf } from '../../domain/access/authorize.ts'
import { effective } from '../../domain/clients/desired.ts'
import { listedFields } from '../../domain/clients/fields.ts'
import { nesting } from '../../domain/clients/nest.ts'
import { keptName } from '../../domain/texts/kept.ts'
import { syncOf, syncWords, terraformOf, terraformWords } from '../../domain/clients/listing.ts'
import { measured } from '../../domain/texts/lengths.ts'
import { textOf } from '../../domain/shape.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { cursorOf, listDigest, positionIn } from '../http/cursor.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { unavailable } from '../http/problem.ts'
import { parseQuery } from '../http/query.ts'

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const sorts = sortFields.flatMap((field) => [field, `-${field}`] as const)

/** The parameters, as the document tells them too. */
export const ListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('How many on a page'),
  cursor: measured('cursor').optional().describe('`next` of the page before'),
  owner: keptName('label').optional().describe('A role or a user id on `owners`'),
  product: keptName('label').optional().describe('The name of its product'),
  manuallyCreated: flag.optional().describe('Whether it stands in no Terraform state that Nexus holds'),
  terraform: z.enum(terraformWords).optional().describe('How it stands with Terraform'),
  sync: z.enum(syncWords).optional().describe('Whether Auth0 has what was accepted'),
  drifted: flag.optional().describe('Whether a field that Nexus owns was changed outside Nexus'),
  text: keptName('search').optional().describe('Part of its id, its name, its product or its application'),
  sort: z.enum(sorts).default('name').describe('What the list is ordered by; with `-` before it, downwards'),
})
const parameters =
  'limit (1 to 100), cursor (the next of the page before), owner, product, manuallyCreated and drifted (true or false), ' +
  `terraform (${terraformWords.join(', ')}), sync (${syncWords.join(', ')}), text (200 characters at most) and ` +
  `sort (${sortFields.join(', ')}; with - before it, downwards)`

/** Listings that one request reads anew at most; more of them is a configuration that has just been changed. */
const rebuiltAtOnce = 1000

/** GET /v1/tenants/{tenantId}/clients: the clients that the caller may read, page by page. */
export const listClients =
  (deps: TenantsById & { readonly lists: ClientLists }) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { limit, cursor, sort, ...filters } = parseQuery(ListQuery, request.query, parameters)
    const tenant = tenantOf(deps, request)
    const order = orderOf(sort)
    // The schema puts the filters into its own order, whatever order they came in.
    const digest = listDigest([tenant.id, sort, filters])
    const wanted: ClientListRequest = {
      tenantId: tenant.id,
      keys: tenant.metadataKeys,
      except: tenant.credential.clientId,
      claims: claimsOf(caller, 'read'),
      filters,
      order,
      after: cursor === undefined ? null : positionIn(cursor, digest, order),
      // One more tells whether there is another page.
      limit: limit + 1,
    }
    const first = await deps.lists.page(wanted)
    const { clients: found } = first.stale ? await readAnew(deps.lists, wanted) : first
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify({
        clients: page.map((client) => listedView(client, tenant.metadataKeys)),
        next: last === undefined ? null : cursorOf(digest, last.position),
      }),
    }
  }

/** The page after clients that were out of date have been read anew. */
const readAnew = async (lists: ClientLists, wanted: ClientListRequest): Promise<ClientPage> => {
  if ((await lists.rebuildStale(wanted.tenantId, wanted.keys, rebuiltAtOnce)) === rebuiltAtOnce)
    throw unavailable("The tenant's metadata keys were changed, and its clients are being read anew.", 1000)
  return lists.page(wanted)
}

const orderOf = (sort: (typeof sorts)[number]): ListOrder => {
  const descending = sort.startsWith('-')
  const by = sortFields.find((field) => field === (descending ? sort.slice(1) : sort)) ?? 'name'
  return { by, descending }
}

const listed = nesting(listedFields)

/** A client in a list: members of the whole client that tell it from others, and how it stands. Desired over observed. */
const listedView = (client: ListedClient, keys: MetadataKeys) => {
  const value = effective(client, keys)
  return {
    id: client.key.clientId,
    name: textOf(client.observed['name']),
    type: textOf(client.observed['app_type']),
    ...listed((path) => value[path]),
    manuallyCreated: client.states === 0,
    terraform: terraformOf(client.states, client.asked),
    sync: syncOf({ ...client, waiting: client.pending.length > 0 }),
    drifted: client.drifted,
    observedAt: client.observedAt.toISOString(),
    updatedAt: client.updatedAt.toISOString(),
  }
}
