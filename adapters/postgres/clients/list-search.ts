import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Narrowing } from './list-conditions.ts'
import { managedBy } from './list-managed.ts'
import { all, beyond, columns, firstOf, inPage, ordered, position, shown } from './list-order.ts'
import type { ClientListRequest } from './list-request.ts'

/** The way to a page of a list from those that pass to their order. */

/** So many rows are few enough to be put in order. */
export const atMostFew = 2500

/**
 * All rows that pass what narrows first, put in order, and of these those that pass the rest. They are few, and each
 * filter's index knows its own.
 */
export const search = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> =>
  request.order.by === 'updated' ? searchByUpdate(request, narrow) : searchByListing(request, narrow)

const searchByListing = (request: ClientListRequest, { first, last, managed }: Narrowing): RawBuilder<unknown> => sql`
  with found as materialized (
    select l.tenant_id, l.client_id, ${position(request)} as position from nexus.client_listings l
    where l.tenant_id = ${request.tenantId} ${beyond(request)} and ${shown(request)} and ${all(first)} limit ${atMostFew}
  ), page as (
    select l.client_id, l.position from (
      select * from found ${ordered(request, inPage)} limit ${atMostFew}
    ) l where ${all(managed ? [managedBy.key(sql`l`), ...last] : last)} ${firstOf(request)}
  ), count as (select count(*) as found from found)`

/** Among fewer rows than this, the place of each in the order is looked up at once. */
const veryFew = 700
/** Rows of the order that are looked at for a page of the others. */
const stretch = 5000

/**
 * The same where the place in the order stands in another table. To look up one costs as much as to pass by thirty in the
 * order's index: so the order comes first, for a stretch, and each place is looked up where that does not fill the page.
 */
const searchByUpdate = (request: ClientListRequest, { first, last, managed }: Narrowing): RawBuilder<unknown> => sql`
  with found as materialized (
    select l.tenant_id, l.client_id from nexus.client_listings l
    where l.tenant_id = ${request.tenantId} and ${shown(request)} and ${all(first)} limit ${atMostFew}
  ), few as materialized (
    select * from found l where ${managed ? managedBy.count(sql`l`, request.tenantId, sql`select count(*) from found`) : sql`true`}
  ), near as materialized (
    select l.client_id, l.position from (
      select c.tenant_id, c.client_id, c.updated_at as position from nexus.clients c
      where c.tenant_id = ${request.tenantId} ${beyond(request)} ${ordered(request, columns.updated)}
      limit (select case when count(*) < ${veryFew} then 0 else ${stretch} end from few)
    ) l
    -- Inside of coalesce, as the planner would otherwise make a join of it, which does not stop where the page is full.
    where coalesce(l.client_id in (select client_id from few), false) and ${all(last)} ${firstOf(request)}
  ), page as (
    select client_id, position from near where (select count(*) from near) = ${request.limit}
    union all (
      select l.client_id, l.position from (
        select c.tenant_id, c.client_id, c.updated_at as position
        from few join nexus.clients c using (tenant_id, client_id)
        where (select count(*) from near) < ${request.limit} ${beyond(request)}
        ${ordered(request, columns.updated)} limit ${atMostFew}
      ) l where ${all(last)} ${firstOf(request)}
    )
  ), count as (select count(*) as found from found)`
