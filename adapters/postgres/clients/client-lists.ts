import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import type { TerraformRequest } from '../../../domain/terraform/placement.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { Auth0Client, ClientState } from '../../../domain/vocabulary.ts'
import { auth0Client, integer, pendingChanges, requestColumns, time } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { conditions, indexedText, isWide, rareState } from './list-conditions.ts'
import { byManaged, fewManaged } from './list-managed.ts'
import type { ClientListRequest, Position } from './list-request.ts'
import { atMostFew, search } from './list-search.ts'
import { begin, follow, isNear, selection, walk } from './list-statements.ts'
import { createRebuildStale } from './listing-rows.ts'

/** A client as far as lists tell of it. */
export interface ListedClient extends Pick<ClientState, 'key' | 'base' | 'pending' | 'observedAt'> {
  /** Only the members that lists tell of. */
  readonly observed: Auth0Client
  readonly updatedAt: Date
  /** How many states manage it, and what is asked of them. */
  readonly states: number
  readonly asked: TerraformRequest['kind'] | null
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
  },
} as const

/** What a statement of a list answers: the page as far as it went, and how many rows its search found at first. */
interface Look {
  readonly page: ListedClient[]
  readonly found: number
}

export interface ClientPage {
  /** At most `limit`. */
  readonly clients: readonly ListedClient[]
  /** Whether a client of the tenant has to be read anew (`rebuildStale`) before lists can show it. */
  readonly stale: boolean
}

/** Lists of clients. */
export const createClientLists = (db: Kysely<Database>) => {
  const isStopped = async (tenantId: string): Promise<boolean> => {
    const { rows } = await sql`
      select from nexus.tenants where tenant_id = ${tenantId} and coalesce(paused_at, held_at) is not null
    `.execute(db)
    return rows.length > 0
  }
  return {
    /** Makes listings right that were read by other metadata keys. */
    rebuildStale: createRebuildStale(db),

    /** The clients that come next. */
    page: async (request: ClientListRequest): Promise<ClientPage> => {
      const stopped = request.filters.sync !== undefined && (await isStopped(request.tenantId))
      let stale = false
      const look = async (from: RawBuilder<unknown>): Promise<Look> => {
        const { rows } = await sql`${from} ${selection(request)}`.execute(db)
        const first = parsed(FirstRow, rows.slice(0, 1))[0]
        stale ||= first?.stale === true
        const page = first === undefined || first.client_id === null ? [] : parsed(ListedRow, rows)
        return { page: page.map(toListed(request)), found: first?.found ?? 0 }
      }
      return { clients: await find(request, stopped, look), stale }
    },
  }
}

/**
 * Either enough of the next rows in order pass the filters, or few rows do: then those are found by the filters' own
 * indexes, and put in order. Which of the two it is, a look at the first rows shows, save for states that few are in, or
 * that have few clients; where there are many after all, and only far away, the order is followed to them.
 */
const find = async (
  request: ClientListRequest,
  tenantIsStopped: boolean,
  look: (from: RawBuilder<unknown>) => Promise<Look>,
): Promise<ListedClient[]> => {
  const narrow = conditions(request, tenantIsStopped)
  const rare = rareState(request, tenantIsStopped)
  if (rare.length === 0) {
    const next = await look(begin(request, narrow))
    if (isWide(narrow) || next.page.length === request.limit) return next.page
    if (narrow.managed && next.found < fewManaged) return (await look(search(request, byManaged(request, narrow)))).page
    if (isNear(request, next.page.length)) {
      const near = await look(walk(request, narrow))
      if (near.page.length === request.limit) return near.page
    }
  }
  const first = [...narrow.first, ...indexedText(request), ...rare]
  const few = first.length === 0 ? undefined : await look(search(request, { ...narrow, first }))
  if (few !== undefined && few.found < atMostFew) return few.page
  return (await look(follow(request, narrow))).page
}

export type ClientLists = ReturnType<typeof createClientLists>

/** Where the page is empty, there is one row, and no client in it. */
const FirstRow = z.object({ found: integer, stale: z.boolean(), client_id: z.string().nullable() })

const ListedRow = z.object({
  client_id: z.string(),
  observed: auth0Client,
  observed_at: time,
  updated_at: time,
  base: Values,
  pending: pendingChanges,
  states: integer,
  asked: requestColumns.kind.nullable(),
  drifted: z.boolean(),
  paused: z.boolean(),
  tenant_stopped: z.boolean(),
  stalled: z.boolean(),
  position: z.union([z.string(), time]),
})

const toListed =
  ({ tenantId }: ClientListRequest) =>
  (row: z.infer<typeof ListedRow>): ListedClient => ({
    key: { tenantId, clientId: row.client_id },
    observed: row.observed,
    observedAt: row.observed_at,
    updatedAt: row.updated_at,
    base: row.base,
    pending: row.pending,
    states: row.states,
    asked: row.asked,
    drifted: row.drifted,
    paused: row.paused,
    tenantStopped: row.tenant_stopped,
    stalled: row.stalled,
    position: {
      key: row.position instanceof Date ? row.position.getTime() : row.position,
      id: row.client_id,
    },
  })
