import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { pendingOf } from './client-record.ts'
import { holdings } from './holdings.ts'
import type { Narrowing } from './list-conditions.ts'
import { all, beyond, columns, firstOf, inOneProduct, ordered, position, shown, source } from './list-order.ts'
import type { ClientListRequest } from './list-request.ts'

/** The way to a page of a list along its order, and what a page tells. The other way is `list-search.ts`. */

/**
 * Clients of Terraform's states: PostgreSQL cannot tell how many of them pass everything else, and to search for them may
 * cost it far more than a walk along the order.
 */
const ofStates = ({ filters }: ClientListRequest): boolean =>
  filters.manuallyCreated === false || filters.terraform === 'managed'

/**
 * Rows of the list's order that are looked at where a page is likely to be among them. By `updated` they are fewer, as the
 * listing of each stands in another table.
 */
const window = (request: ClientListRequest): number =>
  Math.max(1500, 20 * request.limit) / (request.order.by === 'updated' && !ofStates(request) ? 2 : 1)
/** The part of them that is looked at first: it shows how many of the next rows pass. */
const sample = 1 / 5

/** Of the first rows in order those that pass. */
export const begin = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> =>
  next(request, narrow, Math.ceil(window(request) * sample))

/** Whether so many of these passed that the window is worth a look: the longer it takes, the surer it has to be. */
export const isNear = (request: ClientListRequest, passed: number): boolean =>
  ofStates(request) ? passed > 0 : passed >= request.limit * sample * (request.order.by === 'updated' ? 1.5 : 1)

/** The same of more rows. */
export const walk = (request: ClientListRequest, narrow: Narrowing): RawBuilder<unknown> =>
  next(request, narrow, window(request))

/** Of the next rows in order those that pass; no more are looked at than a page needs. */
const next = (request: ClientListRequest, { first, last }: Narrowing, rows: number): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, l.position from (
      select l.*, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
        and ${shown(request)}
      ${ordered(request, columns[request.order.by])} limit ${rows}
    ) l where ${all([...first, ...last])} ${firstOf(request)}
  ), count as (select 0 as found)`

/** Rows in order until enough pass. */
export const follow = (request: ClientListRequest, { first, last }: Narrowing): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
      and ${shown(request)} and ${all([...first, ...last])}
    ${ordered(request, columns[request.order.by])} limit ${request.limit}
  ), count as (select 0 as found)`

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
