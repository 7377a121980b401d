import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { holdings, managedClients } from './holdings.ts'
import type { Narrowing } from './list-conditions.ts'
import type { ClientListRequest } from './list-request.ts'

/** So many rows are asked one by one whether a state has them; of more it is cheaper to read first what the states have. */
const asked = 800

/**
 * The ways to tell whether a state has the client of a row. PostgreSQL cannot know how many clients have one, and where in
 * an order they stand. So none of them is a join: it would choose a wrong one, or one that does not stop where a page is full.
 */
export const managedBy = {
  /** Each row by its key: for few rows, however many clients the states have. */
  key: (row: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce((
    select true from ${holdings} r
    where r.tenant_id = ${row}.tenant_id and r.client_id = ${row}.client_id and r.type = 'auth0_client' limit 1), false)`,

  /** What the states have is read first: for many rows. */
  set: (row: RawBuilder<unknown>, tenantId: string): RawBuilder<unknown> =>
    sql`coalesce(${row}.client_id in (${managedClients(tenantId)}), false)`,

  /** The cheaper of the two. @param rows a query that counts the rows */
  count: (row: RawBuilder<unknown>, tenantId: string, rows: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`case when (${rows}) < ${asked} then ${managedBy.key(row)} else ${managedBy.set(row, tenantId)} end`,

  /** What the states have leads to the rows: where it is little. */
  index: (row: RawBuilder<unknown>, tenantId: string): RawBuilder<unknown> =>
    sql`${row}.client_id = any (array(${managedClients(tenantId)}))`,
}

/** States that have fewer clients have so few that each is looked up. */
export const fewManaged = 500

/** How many clients the states have, counted up to `fewManaged`. */
export const countManaged = (tenantId: string): RawBuilder<unknown> => sql`
  select count(*) as found from (${managedClients(tenantId)} limit ${fewManaged}) r`

/** The same narrowing, for a search that begins with the clients of states, as they are few. */
export const byManaged = ({ tenantId }: ClientListRequest, { first, last }: Narrowing): Narrowing => ({
  first: [managedBy.index(sql`l`, tenantId), ...first],
  last,
  managed: false,
})
