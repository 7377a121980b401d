import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { EventKind, TenantEvent } from '../../../domain/events.ts'
import { integer, told } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { isAnswered } from '../servers/sqlstate.ts'
import { statement } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { createHorizon } from './horizon.ts'

/** An event, and its place among all of them. */
export interface PlacedEvent extends TenantEvent {
  readonly position: number
}

/** What happened in a tenant after a position. */
export interface EventPage {
  /** Oldest first. */
  readonly events: readonly PlacedEvent[]
  /** How far who has read the page has come. */
  readonly upTo: number
  /** Whether the page is full: there may be more. */
  readonly more: boolean
  /** Whether somebody writes events that may come before others which are there: those are not shown yet. */
  readonly heldBack: boolean
  /**
   * Whether nothing can be missing between the position and the page. It is otherwise where the position is none of this
   * database, or so old that what followed is forgotten: the page is empty then, and ends now.
   */
  readonly whole: boolean
}

interface Asked {
  readonly tenantId: string
  /** Undefined for who begins now. */
  readonly after: number | undefined
}

/** Events on a page: some 50 KB as they are sent. */
const onPage = 500

const readPages = statement<{ readonly asked: string; readonly decided: number; readonly last: number }>(
  ({ asked, decided, last }) => sql`
    with asked as materialized (
      select a.place, a.tenant_id, a.position,
             a.position is not null and a.position >= t.forgotten_events and a.position <= ${last}::bigint as whole
      from jsonb_to_recordset(${asked}::jsonb) as a(place integer, tenant_id text, position bigint)
      join nexus.tenants t on t.tenant_id = a.tenant_id
    )
    select a.place, a.whole, coalesce((
        select jsonb_agg(to_jsonb(page) order by page.position) from (
          select e.position, e.client_id, e.state, e.kind, e.revision from nexus.events e
          where a.whole and e.tenant_id = a.tenant_id and e.position > a.position and e.position <= ${decided}::bigint
          order by e.position limit ${sql.lit(onPage)}
        ) as page
      ), '[]'::jsonb) as events
    from asked a`,
)

const EventRow = z.object({
  position: integer,
  client_id: z.string().nullable(),
  state: z.string().nullable(),
  kind: told<EventKind>(),
  revision: integer.nullable(),
})
type EventRow = z.infer<typeof EventRow>
const PageRow = z.object({ place: integer, whole: z.boolean(), events: z.array(EventRow) })
const GoneRow = z.object({ gone: integer })

const toEvent = ({ position, client_id, state, kind, revision }: EventRow): PlacedEvent => ({
  position,
  clientId: client_id,
  state,
  kind,
  revision,
})

const nameOf = ({ tenantId, after }: Asked): string => JSON.stringify([tenantId, after])

/** What has happened, as it is read and forgotten. Who stands at one place shares one page, and pages are read together. */
export const createEvents = (db: Kysely<Database>) => {
  const look = createHorizon(db)
  /** What is asked for, and not under way yet: a page that is being read may be older than the question. */
  const waiting = new Map<string, Promise<EventPage>>()
  const read = together<Asked, EventPage>(async (all) => {
    for (const one of all) waiting.delete(nameOf(one))
    const { decided, last } = await look()
    const asked = all.map(({ tenantId, after }, place) => ({ place, tenant_id: tenantId, position: after }))
    const rows = parsed(PageRow, await readPages(db, { asked: JSON.stringify(asked), decided, last }))
    const found = new Map(rows.map((row) => [row.place, row]))
    return all.map(({ after = 0 }, place) => {
      const { whole = false, events: rowsOfPage = [] } = found.get(place) ?? {}
      const events = rowsOfPage.map(toEvent)
      const full = events.length === onPage ? events.at(-1) : undefined
      // Another process may have come further.
      const upTo = full?.position ?? (whole ? Math.max(after, decided) : decided)
      return { events, upTo, more: full !== undefined, heldBack: last > decided, whole }
    })
  }, isAnswered)
  return {
    /** @param after undefined for who begins now */
    after: (tenantId: string, after: number | undefined): Promise<EventPage> => {
      const name = nameOf({ tenantId, after })
      const page = waiting.get(name) ?? read({ tenantId, after })
      waiting.set(name, page)
      return page
    },

    /**
     * Forgets the oldest events of each tenant, as far as they happened before a time. What is forgotten is noted: who has
     * seen no later ones begins anew.
     *
     * @returns how many, at most `limit` of each tenant
     */
    expire: async (happenedBefore: Date, limit: number): Promise<number> => {
      const { rows } = await sql`
        with old as materialized (
          select e.* from nexus.tenants t cross join lateral (
            select tenant_id, position, happened_at from nexus.events
            where tenant_id = t.tenant_id order by position limit ${limit}
          ) as e where e.happened_at < ${happenedBefore}
        ), gone as (
          delete from nexus.events e using old where e.tenant_id = old.tenant_id and e.position = old.position
          returning e.tenant_id, e.position
        ), noted as (
          update nexus.tenants t set forgotten_events = greatest(t.forgotten_events, last.position)
          from (select tenant_id, max(position) as position from gone group by tenant_id) as last
          where t.tenant_id = last.tenant_id
        )
        select count(*) as gone from gone
      `.execute(db)
      return parsed(GoneRow, rows)[0]?.gone ?? 0
    },
  }
}

export type Events = ReturnType<typeof createEvents>
