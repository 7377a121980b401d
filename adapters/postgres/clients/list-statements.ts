import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { pendingOf } from './client-record.ts'
import { holdings } from './holdings.ts'
import type { Narrowing } from './list-conditions.ts'
import { countManaged, managedBy } from './list-managed.ts'
import {
  all,
  beyond,
  columns,
  firstOf,
  inOneProduct,
  keysInOrder,
  ordered,
  position,
  shown,
  source,
} from './list-order.ts'
import type { ClientListRequest } from './list-request.ts'
import { isStale } from './listing-rows.ts'

/** The way to a page of a list along its order, and what a page tells. The other way is `list-search.ts`. */

/**
 * Rows of the list's order that are looked at where a page is likely to be among them. By `updated` they are fewer, as the
 * listing of each stands in another table; of clients of states more, as the listings of the others are not looked at.
 */
const window = ({ order, limit }: ClientListRequest, { managed }: Narrowing): number =>
  Math.max(2400, 32 * limit) * (managed ? 2 : order.by === 'updated' ? 1 / 2 : 1)
/** The part of them that is looked at first: it shows how many of the next rows pass. */
const sample = 1 / 8

/** Of the first rows in order those that pass. */
export const begin = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> => {
  const rows = firstOnes(window(request, narrow) * sample)
  return narrow.managed ? nextManaged(request, narrow, managedBy.key(sql`o`), rows) : next(request, narrow, rows)
}

/** Whether so many of these passed that half of the window should fill the page: then all of it hardly ever does not. */
export const isNear = (request: ClientListRequest, passed: number): boolean => passed >= 2 * request.limit * sample

/** The same of more rows. */
export const walk = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> => {
  const rows = firstOnes(window(request, narrow))
  return narrow.managed
    ? nextManaged(request, narrow, managedBy.set(sql`o`, request.tenantId), rows)
    : next(request, narrow, rows)
}

const firstOnes = (rows: number): RawBuilder<unknown> => sql`limit ${Math.ceil(rows)}`

/** Of the next rows in order those that pass; no more are looked at than a page needs. */
const next = (
  request: ClientListRequest,
  { first, last }: Narrowing,
  rows: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, l.position from (
      select l.*, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
        and ${shown(request)}
      ${ordered(request, columns[request.order.by])} ${rows}
    ) l where ${all([...first, ...last])} ${firstOf(request)}
  ), count as (select 0 as found)`

/** The same of clients of states: which these are, their keys tell, and only their listings are looked at. */
const nextManaged = (
  request: ClientListRequest,
  { first, last }: Narrowing,
  managed: RawBuilder<unknown>,
  rows: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, o.position from (
      ${keysInOrder(request)} ${rows}
    ) o cross join lateral (
      -- With a limit, so that each is looked up by its key, as soon as its turn comes.
      select * from nexus.client_listings l where l.tenant_id = o.tenant_id and l.client_id = o.client_id limit 1
    ) l where ${managed} and ${shown(request)} and ${all([...first, ...last])}
    ${ordered(request, [sql`o.position`, sql`o.client_id`])} limit ${request.limit}
  ), count as (${countManaged(request.tenantId)})`

/** Rows in order until enough pass. */
export const follow = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> =>
  narrow.managed
    ? nextManaged(request, narrow, managedBy.set(sql`o`, request.tenantId), sql``)
    : sql`
  with page as materialized (
    select l.client_id, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
      and ${shown(request)} and ${all([...narrow.first, ...narrow.last])}
    ${ordered(request, columns[request.order.by])} limit ${request.limit}
  ), count as (select 0 as found)`

/** What lists tell of the clients on the page. */
export const selection = (request: ClientListRequest): RawBuilder<unknown> => sql`
  select count.found, ${isAnyStale(request)} as stale,
         p.position, c.client_id, c.base, c.observed_at, c.updated_at, ${pendingOf} as pending,
         jsonb_build_object('name', c.observed->'name', 'app_type', c.observed->'app_type',
                            'client_metadata', c.observed->'client_metadata') as observed,
         ${statesOf} as states, ${askedFor} as asked, ${isDrifted} as drifted, c.paused_at is not null as paused,
         ${tenantStopped} as tenant_stopped, c.stalled_at is not null as stalled
  from count left join (page p join nexus.clients c on c.tenant_id = ${request.tenantId} and c.client_id = p.client_id)
    on true
  ${ordered(request, [sql`p.position`, sql`p.client_id`])}`

const isAnyStale = ({ tenantId, keys }: ClientListRequest): RawBuilder<unknown> =>
  sql`exists (select from nexus.client_listings l where l.tenant_id = ${tenantId} and ${isStale(keys)})`

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
