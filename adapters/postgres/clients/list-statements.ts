import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { folded, readByOf } from '../../../domain/clients/listing.ts'
import { pendingOf } from './client-record.ts'
import { holdings } from './holdings.ts'
import type { ClientListRequest, ListOrder } from './list-request.ts'

/** The ways to a page of a list: from the order to those that pass, or from those that pass to their order. */

/** Rows that are looked at in the list's order before the filters' own indexes are asked. */
const window = 1500
/** So many rows are few enough to be put in order. */
export const atMostFew = 2500

/** Columns of the order, each with an index that has them in this order. The last one tells any two clients apart. */
const columns: Readonly<Record<ListOrder['by'], readonly RawBuilder<unknown>[]>> = {
  name: [sql`l.name`, sql`l.client_id`],
  product: [sql`l.product`, sql`l.client_id`],
  id: [sql`l.client_id`],
  updated: [sql`c.updated_at`, sql`c.client_id`],
}

/** Listings of the tenant, with the clients' rows where the order is theirs. */
const source = ({ tenantId, order }: ClientListRequest): RawBuilder<unknown> =>
  order.by === 'updated'
    ? sql`nexus.clients c join nexus.client_listings l on l.tenant_id = c.tenant_id and l.client_id = c.client_id
          where c.tenant_id = ${tenantId} and l.tenant_id = ${tenantId}`
    : sql`nexus.client_listings l where l.tenant_id = ${tenantId}`

const position = ({ order }: ClientListRequest): RawBuilder<unknown> => columns[order.by][0] ?? sql`l.client_id`

/** Only rows after the page before: a place in the order, whatever was put in or taken out since. */
const beyond = ({ order, after }: ClientListRequest): RawBuilder<unknown> => {
  if (after === null) return sql``
  const place = [typeof after.key === 'number' ? sql`${new Date(after.key)}::timestamptz` : sql`${after.key}`]
  if (order.by !== 'id') place.push(sql`${after.id}`)
  return sql`and (${sql.join(columns[order.by])}) ${order.descending ? sql`<` : sql`>`} (${sql.join(place)})`
}

const ordered = ({ order }: ClientListRequest, by: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql`order by ${sql.join(by.map((column) => sql`${column} ${order.descending ? sql`desc` : sql`asc`}`))}`

/** A page of rows with their place in the order. */
const firstOf = (request: ClientListRequest): RawBuilder<unknown> =>
  sql`${ordered(request, [sql`position`, sql`client_id`])} limit ${request.limit}`

/** What every list leaves out. */
const shown = ({ except, keys }: ClientListRequest): RawBuilder<unknown> =>
  sql`l.client_id <> ${except} and l.read_by = ${readByOf(keys)}`

/** Of the next rows in order those that pass; no more are looked at than a page needs. */
export const walk = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, l.position from (
      select l.*, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
        and ${shown(request)}
      ${ordered(request, columns[request.order.by])} limit ${Math.max(window, 20 * request.limit)}
    ) l where ${all(narrow)} ${firstOf(request)}
  ), count as (select 0 as found)`

/** All rows that pass, put in order. They are few, and each filter's index knows its own. */
export const search = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
  with found as materialized (
    select l.client_id, ${position(request)} as position from ${source(request)} ${beyond(request)}
      and ${shown(request)} and ${all(narrow)} limit ${atMostFew}
  ), page as (
    select client_id, position from found ${firstOf(request)}
  ), count as (select count(*) as found from found)`

/** Rows in order until enough pass. */
export const follow = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
      and ${shown(request)} and ${all(narrow)}
    ${ordered(request, columns[request.order.by])} limit ${request.limit}
  ), count as (select 0 as found)`

const all = (narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  narrow.length === 0 ? sql`true` : sql.join(narrow, sql` and `)

/** By product, the clients of one product stand side by side. */
const inOneProduct = ({ order, filters }: ClientListRequest): RawBuilder<unknown> =>
  order.by === 'product' && filters.product !== undefined ? sql`and l.product = ${folded(filters.product)}` : sql``

/** What lists tell of the clients on the page. */
export const selection = (request: ClientListRequest): RawBuilder<unknown> => sql`
  select count.found, p.position, c.client_id, c.base, c.observed_at, c.updated_at, ${pendingOf} as pending,
         jsonb_build_object('name', c.observed->'name', 'app_type', c.observed->'app_type',
                            'client_metadata', c.observed->'client_metadata') as observed,
         ${statesOf} as states, ${askedFor} as asked, ${isDrifted} as drifted, c.paused_at is not null as paused,
         ${tenantStopped} as tenant_stopped, c.stalled_at is not null as stalled
  from count left join (page p join nexus.clients c on c.tenant_id = ${request.tenantId} and c.client_id = p.client_id)
    on true
  ${ordered(request, [sql`p.position`, sql`p.client_id`])}`

/** The client `c` has drifted, by its listing. */
const isDrifted = sql`exists (
  select from nexus.client_listings l where l.tenant_id = c.tenant_id and l.client_id = c.client_id and l.drifted)`

/** How many states manage the client `c`: the manually created stand in none. */
const statesOf = sql`(
  select count(distinct r.state) from ${holdings} r
  where r.tenant_id = c.tenant_id and r.client_id = c.client_id and r.type = 'auth0_client')`

/** What is asked for the client `c` and no apply has made true yet. */
const askedFor = sql`(
  select q.kind from nexus.terraform_requests q where q.tenant_id = c.tenant_id and q.client_id = c.client_id)`

const tenantStopped = sql`exists (
  select from nexus.tenants t where t.tenant_id = c.tenant_id and coalesce(t.paused_at, t.held_at) is not null)`
