import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { asOwner, asProduct } from '../../../domain/access/authorize.ts'
import { folded, readByOf, within } from '../../../domain/clients/listing.ts'
import type { SyncWord, TerraformWord } from '../../../domain/clients/listing.ts'
import type { Auth0Client, ClientState } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { createRebuildStale } from './listing-rows.ts'
import { pendingOf } from './client-record.ts'
import type { Database } from '../database/schema.ts'
import { holdings } from './holdings.ts'

/** What a list is asked for. Every filter that is there must hold. */
export interface ListFilters {
  readonly owner?: string | undefined
  readonly product?: string | undefined
  readonly manuallyCreated?: boolean | undefined
  readonly terraform?: TerraformWord | undefined
  readonly sync?: SyncWord | undefined
  readonly drifted?: boolean | undefined
  /** Looked for in name, id, product and application, in any case; every character means itself. */
  readonly text?: string | undefined
}

export const sortFields = ['name', 'id', 'product', 'updated'] as const

export interface ListOrder {
  readonly by: (typeof sortFields)[number]
  readonly descending: boolean
}

/** The last row of a page: where in the order it stands. Milliseconds for `updated`, a text for everything else. */
export interface Position {
  readonly key: string | number
  readonly id: string
}

export interface ClientListRequest {
  readonly tenantId: string
  readonly keys: MetadataKeys
  /** A client that is in no list: Nexus' own credential. */
  readonly except: string
  /** What the caller can show (`claimsOf`): clients that let none of it in, as confirmed and as desired, do not exist. */
  readonly claims: readonly string[] | 'all'
  readonly filters: ListFilters
  readonly order: ListOrder
  readonly after: Position | null
  readonly limit: number
}

/** A client as far as lists tell of it. */
export interface ListedClient extends Pick<ClientState, 'key' | 'base' | 'pending' | 'observedAt'> {
  /** Only the members that lists tell of. */
  readonly observed: Auth0Client
  readonly updatedAt: Date
  readonly managed: boolean
  readonly drifted: boolean
  readonly paused: boolean
  readonly tenantStopped: boolean
  readonly stalled: boolean
  readonly position: Position
}

/**
 * The connections that lists are read on. A page is planned for what it asks for (one caller owns half of the clients,
 * another five), and always by way of indexes: a page is a few rows, and they are in memory. Nothing is prepared: filters,
 * order and caller make thousands of texts, each planned anew anyway, and a server would keep every one of them.
 */
export const listConnections = {
  size: 4,
  prepares: false,
  settings: {
    enable_seqscan: 'off',
    random_page_cost: '1.1',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
  },
} as const

/** Rows that are looked at in the list's order before the filters' own indexes are asked. */
const window = 1500
/** So many rows are few enough to be put in order. */
const atMostFew = 2500

/** Lists of clients. */
export const createClientLists = (db: Kysely<Database>) => {
  const run = async (
    request: ClientListRequest,
    from: RawBuilder<unknown>,
  ): Promise<{ rows: Row[]; found: number }> => {
    const { rows } = await sql<Row & { found: number }>`${from} ${selection(request)}`.execute(db)
    return { rows: rows.filter(({ client_id }) => client_id !== null), found: rows[0]?.found ?? 0 }
  }
  const isStopped = async (tenantId: string): Promise<boolean> => {
    const { rows } = await sql`
      select from nexus.tenants where tenant_id = ${tenantId} and coalesce(paused_at, held_at) is not null
    `.execute(db)
    return rows.length > 0
  }
  return {
    /** Makes listings right that were read by other metadata keys. */
    rebuildStale: createRebuildStale(db),

    /**
     * The clients that come next, at most `limit`.
     *
     * Either enough of the next rows in order pass the filters, or few rows do: then those are found by the filters' own
     * indexes, and put in order. Which of the two it is, is seen and not guessed, save for states that few are in; where
     * there are many after all, and only far away, the order is followed to them.
     */
    page: async (request: ClientListRequest): Promise<ListedClient[]> => {
      const stopped = request.filters.sync !== undefined && (await isStopped(request.tenantId))
      const narrow = conditions(request, stopped)
      const rare = rareState(request, stopped)
      if (rare.length === 0) {
        const next = await run(request, walk(request, narrow))
        if (narrow.length === 0 || next.rows.length === request.limit) return next.rows.map(toListed(request))
      }
      const few = await run(request, search(request, [...narrow, ...indexedText(request), ...rare]))
      if (few.found < atMostFew) return few.rows.map(toListed(request))
      return (await run(request, follow(request, narrow))).rows.map(toListed(request))
    },
  }
}

export type ClientLists = ReturnType<typeof createClientLists>

interface Row {
  readonly client_id: string
  readonly observed: Auth0Client
  readonly observed_at: Date
  readonly updated_at: Date
  readonly base: ClientState['base']
  readonly pending: ClientState['pending']
  readonly managed: boolean
  readonly drifted: boolean
  readonly paused: boolean
  readonly tenant_stopped: boolean
  readonly stalled: boolean
  readonly position: string | Date
}

const toListed =
  ({ tenantId }: ClientListRequest) =>
  (row: Row): ListedClient => ({
    key: { tenantId, clientId: row.client_id },
    observed: row.observed,
    observedAt: row.observed_at,
    updatedAt: row.updated_at,
    base: row.base,
    pending: row.pending,
    managed: row.managed,
    drifted: row.drifted,
    paused: row.paused,
    tenantStopped: row.tenant_stopped,
    stalled: row.stalled,
    position: {
      key: row.position instanceof Date ? row.position.getTime() : row.position,
      id: row.client_id,
    },
  })

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
const walk = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
  with page as materialized (
    select l.client_id, l.position from (
      select l.*, ${position(request)} as position from ${source(request)} ${inOneProduct(request)} ${beyond(request)}
        and ${shown(request)}
      ${ordered(request, columns[request.order.by])} limit ${Math.max(window, 20 * request.limit)}
    ) l where ${all(narrow)} ${firstOf(request)}
  ), count as (select 0 as found)`

/** All rows that pass, put in order. They are few, and each filter's index knows its own. */
const search = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
  with found as materialized (
    select l.client_id, ${position(request)} as position from ${source(request)} ${beyond(request)}
      and ${shown(request)} and ${all(narrow)} limit ${atMostFew}
  ), page as (
    select client_id, position from found ${firstOf(request)}
  ), count as (select count(*) as found from found)`

/** Rows in order until enough pass. */
const follow = (request: ClientListRequest, narrow: readonly RawBuilder<unknown>[]): RawBuilder<unknown> => sql`
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
const selection = (request: ClientListRequest): RawBuilder<unknown> => sql`
  select count.found, p.position, c.client_id, c.base, c.observed_at, c.updated_at, ${pendingOf} as pending,
         jsonb_build_object('name', c.observed->'name', 'app_type', c.observed->'app_type',
                            'client_metadata', c.observed->'client_metadata') as observed,
         ${inState} as managed, c.drifted_at is not null as drifted, c.paused_at is not null as paused,
         ${tenantStopped} as tenant_stopped, c.stalled_at is not null as stalled
  from count left join (page p join nexus.clients c on c.tenant_id = ${request.tenantId} and c.client_id = p.client_id)
    on true
  ${ordered(request, [sql`p.position`, sql`p.client_id`])}`

/** The client `c` stands in a state, as the manually created do not. */
const inState = sql`exists (
  select from ${holdings} r
  where r.tenant_id = c.tenant_id and r.client_id = c.client_id and r.type = 'auth0_client')`

const tenantStopped = sql`exists (
  select from nexus.tenants t where t.tenant_id = c.tenant_id and coalesce(t.paused_at, t.held_at) is not null)`

/** The same words as `syncOf`, for a tenant that is stopped and for one that is not. */
const syncs = (tenantIsStopped: boolean): Readonly<Record<SyncWord, RawBuilder<unknown>>> =>
  tenantIsStopped
    ? {
        paused: sql`(c.paused_at is not null or c.waiting)`,
        stalled: sql`c.stalled_at is not null and c.paused_at is null and not c.waiting`,
        pending: sql`false`,
        synced: sql`c.stalled_at is null and c.paused_at is null and not c.waiting`,
      }
    : {
        paused: sql`c.paused_at is not null`,
        stalled: sql`c.stalled_at is not null and c.paused_at is null`,
        pending: sql`c.waiting and c.stalled_at is null and c.paused_at is null`,
        synced: sql`not c.waiting and c.stalled_at is null and c.paused_at is null`,
      }

const statesOf = sql`
  select r.state from ${holdings} r
  where r.tenant_id = l.tenant_id and r.client_id = l.client_id and r.type = 'auth0_client'`
const requested = (kind: 'adopt' | 'release') => sql`exists (
  select from nexus.terraform_requests q
  where q.tenant_id = l.tenant_id and q.client_id = l.client_id and q.kind = ${kind})`
const whereTerraform: Readonly<Record<TerraformWord, RawBuilder<unknown>>> = {
  manual: sql`not exists (${statesOf})`,
  managed: sql`exists (${statesOf})`,
  conflict: sql`exists (${statesOf}) and (select count(distinct state) from (${statesOf}) s) > 1`,
  adopting: requested('adopt'),
  releasing: requested('release'),
}

/** The row of the listing `l`, where the order has not brought it already. */
const ofClient = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`exists (
  select from nexus.clients c where c.tenant_id = l.tenant_id and c.client_id = l.client_id and ${condition})`

/** What narrows the list: who asks, and what for. Nothing where everything passes. */
const conditions = (
  { tenantId, claims, filters }: ClientListRequest,
  tenantIsStopped: boolean,
): RawBuilder<unknown>[] => {
  const { owner, product, manuallyCreated, terraform, sync, drifted, text } = filters
  const narrow: RawBuilder<unknown>[] = []
  if (claims !== 'all') {
    const mine = sql`${within(tenantId, claims)}::text[]`
    narrow.push(sql`l.admits_confirmed && ${mine}`, sql`l.admits_desired && ${mine}`)
  }
  const wanted = [
    ...(owner === undefined ? [] : [asOwner(owner)]),
    ...(product === undefined ? [] : [asProduct(product)]),
  ]
  if (wanted.length > 0) narrow.push(sql`l.admits_desired @> ${within(tenantId, wanted)}::text[]`)
  if (text !== undefined) narrow.push(sql`strpos(l.words, ${folded(text)}) > 0`)
  if (manuallyCreated !== undefined) narrow.push(whereTerraform[manuallyCreated ? 'manual' : 'managed'])
  if (terraform !== undefined) narrow.push(whereTerraform[terraform])
  if (sync !== undefined) narrow.push(ofClient(syncs(tenantIsStopped)[sync]))
  if (drifted !== undefined) narrow.push(ofClient(drifted ? sql`c.drifted_at is not null` : sql`c.drifted_at is null`))
  return narrow
}

/** The same condition on a text, for its index: shorter ones stand in none. */
const indexedText = ({ tenantId, filters }: ClientListRequest): RawBuilder<unknown>[] =>
  filters.text === undefined || Array.from(folded(filters.text)).length < 3
    ? []
    : [sql`nexus.grams(l.tenant_id, l.words) @> nexus.grams(${tenantId}, ${folded(filters.text)})`]

/**
 * Clients in a state that few are in, by the index of that state. Said to the planner, who cannot know where to begin: no
 * statistics tell how often a text stands in a name.
 */
const rareState = ({ tenantId, filters }: ClientListRequest, tenantIsStopped: boolean): RawBuilder<unknown>[] => {
  const bySync: Readonly<Record<SyncWord, RawBuilder<unknown> | undefined>> = {
    pending: sql`c.waiting`,
    stalled: sql`c.stalled_at is not null`,
    paused: tenantIsStopped ? undefined : sql`c.paused_at is not null`,
    synced: undefined,
  }
  const rare =
    (filters.sync && bySync[filters.sync]) ?? (filters.drifted === true ? sql`c.drifted_at is not null` : undefined)
  if (rare === undefined) return []
  const ids = sql`select c.client_id from nexus.clients c where c.tenant_id = ${tenantId} and ${rare}`
  return [sql`l.client_id = any (array(${ids}))`]
}
