import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { folded, readByOf } from '../../../domain/clients/listing.ts'
import type { ClientListRequest, ListOrder } from './list-request.ts'

/** The order of a list, and the place in it where a page begins. */

/** Columns of the order, each with an index that has them in this order. The last one tells any two clients apart. */
export const columns: Readonly<Record<ListOrder['by'], readonly RawBuilder<unknown>[]>> = {
  name: [sql`l.name`, sql`l.client_id`],
  product: [sql`l.product`, sql`l.client_id`],
  id: [sql`l.client_id`],
  updated: [sql`c.updated_at`, sql`c.client_id`],
}

/** Listings of the tenant, with the clients' rows where the order is theirs. */
export const source = ({ tenantId, order }: ClientListRequest): RawBuilder<unknown> =>
  order.by === 'updated'
    ? sql`nexus.clients c join nexus.client_listings l on l.tenant_id = c.tenant_id and l.client_id = c.client_id
          where c.tenant_id = ${tenantId} and l.tenant_id = ${tenantId}`
    : sql`nexus.client_listings l where l.tenant_id = ${tenantId}`

export const position = ({ order }: ClientListRequest): RawBuilder<unknown> => columns[order.by][0] ?? sql`l.client_id`

/** Only rows after the page before: a place in the order, whatever was put in or taken out since. */
export const beyond = ({ order, after }: ClientListRequest): RawBuilder<unknown> => {
  if (after === null) return sql``
  const place = [typeof after.key === 'number' ? sql`${new Date(after.key)}::timestamptz` : sql`${after.key}`]
  if (order.by !== 'id') place.push(sql`${after.id}`)
  return sql`and (${sql.join(columns[order.by])}) ${order.descending ? sql`<` : sql`>`} (${sql.join(place)})`
}

export const ordered = ({ order }: ClientListRequest, by: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql`order by ${sql.join(by.map((column) => sql`${column} ${order.descending ? sql`desc` : sql`asc`}`))}`

/** The keys of clients with their place in the order, as the order's index alone tells them: nobody has looked at them. */
export const keysInOrder = (request: ClientListRequest): RawBuilder<unknown> => {
  const [table, row] =
    request.order.by === 'updated' ? [sql`nexus.clients c`, sql`c`] : [sql`nexus.client_listings l`, sql`l`]
  return sql`
    select ${row}.tenant_id, ${row}.client_id, ${position(request)} as position from ${table}
    where ${row}.tenant_id = ${request.tenantId} ${inOneProduct(request)} ${beyond(request)}
    ${ordered(request, columns[request.order.by])}`
}

/** Columns of the order where rows have been found with their place in it. */
export const inPage = [sql`position`, sql`client_id`]

/** A page of such rows. */
export const firstOf = (request: ClientListRequest): RawBuilder<unknown> =>
  sql`${ordered(request, inPage)} limit ${request.limit}`

/** What every list leaves out. */
export const shown = ({ except, keys }: ClientListRequest): RawBuilder<unknown> =>
  sql`l.client_id <> ${except} and l.read_by = ${readByOf(keys)}`

/** By product, the clients of one product stand side by side. */
export const inOneProduct = ({ order, filters }: ClientListRequest): RawBuilder<unknown> =>
  order.by === 'product' && filters.product !== undefined ? sql`and l.product = ${folded(filters.product)}` : sql``

export const all = (narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  narrow.length === 0 ? sql`true` : sql.join(narrow, sql` and `)
