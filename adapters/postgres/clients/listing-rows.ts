import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { listingOf, readByOf } from '../../../domain/clients/listing.ts'
import type { Listing } from '../../../domain/clients/listing.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { pendingOf, stateColumns, toState } from './client-record.ts'
import { integer } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { KeyInText } from '../database/statement.ts'

/** By which metadata keys the clients of a tenant are read. */
export type KeysOf = (tenantId: string) => MetadataKeys

/** What a list says of one client. */
export interface ListingRow {
  readonly clientId: string
  readonly listing: Listing
}

/** A listing as the members of a JSON object. */
const listingMembers = sql`(client_id text, name text, product text, words text, admits_confirmed text[],
  admits_desired text[], drifted boolean, read_by text)`

/**
 * The statement that stores listings, as a part of the one that writes the clients' rows: whoever has a client's row
 * locked is the only one who writes its listing, so that the two never differ. A row that says the same already is left.
 *
 * @param from further tables of the statement that must have a row for the listing `r` to be stored
 */
export const listingStatement = (
  tenantId: string,
  rows: readonly ListingRow[],
  from: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> =>
  storing(sql`
    select ${tenantId}, r.* from jsonb_to_recordset(${jsonb(rows.map(toRow))}) as r${listingMembers} ${from}`)

/** The same for the listings in a table's column `listing`, as `listingAsJson` writes them; null where none is to be stored. */
export const listingsOf = (table: RawBuilder<unknown>): RawBuilder<unknown> =>
  storing(sql`
    select s.tenant_id, r.* from ${table} s cross join lateral jsonb_to_record(s.listing) as r${listingMembers}
    where s.listing is not null`)

export const listingAsJson = (row: ListingRow): object => toRow(row)

const storing = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into nexus.client_listings as l
    (tenant_id, client_id, name, product, words, admits_confirmed, admits_desired, drifted, read_by)
  ${rows}
  on conflict (tenant_id, client_id) do update
    set name = excluded.name, product = excluded.product, words = excluded.words,
        admits_confirmed = excluded.admits_confirmed, admits_desired = excluded.admits_desired,
        drifted = excluded.drifted, read_by = excluded.read_by
    where (l.name, l.product, l.words, l.admits_confirmed, l.admits_desired, l.drifted, l.read_by) is distinct from
          (excluded.name, excluded.product, excluded.words, excluded.admits_confirmed, excluded.admits_desired,
           excluded.drifted, excluded.read_by)`

const toRow = ({ clientId, listing }: ListingRow) => ({
  client_id: clientId,
  name: listing.name,
  product: listing.product,
  words: listing.words,
  admits_confirmed: listing.admitsConfirmed,
  admits_desired: listing.admitsDesired,
  drifted: listing.drifted,
  read_by: listing.readBy,
})

/** The statement that takes a vanished client out of every list. */
export const unlistStatement = ({ tenantId, clientId }: KeyInText, when: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`delete from nexus.client_listings where tenant_id = ${tenantId} and client_id = ${clientId} and ${when}`

const StaleRow = z.object({ ...stateColumns, revision: integer })

/** Whether the listing `l` was read by other metadata keys, as an index finds it: before these in its order, or after them. */
export const isStale = (keys: MetadataKeys): RawBuilder<unknown> => {
  const readBy = readByOf(keys)
  return sql`(l.read_by < ${readBy} or l.read_by > ${readBy})`
}

/**
 * Builds listings anew that were read by other metadata keys: the configuration was changed, the clients are older than
 * lists, or a process with another configuration is at work.
 *
 * @returns how many were rebuilt, at most `limit`; fewer means that none is left
 */
export const createRebuildStale =
  (db: Kysely<Database>) =>
  async (tenantId: string, keys: MetadataKeys, limit: number): Promise<number> => {
    const { rows } = await sql`
      with stale as (
        select l.tenant_id, l.client_id from nexus.client_listings l
        where l.tenant_id = ${tenantId} and ${isStale(keys)} limit ${limit}
      )
      select c.*, ${pendingOf} as pending from nexus.clients c join stale using (tenant_id, client_id)
    `.execute(db)
    if (rows.length === 0) return 0
    const stale = parsed(StaleRow, rows)
    const listings = stale.map((row) => ({ clientId: row.client_id, listing: listingOf(toState(row), keys) }))
    const revisions = stale.map(({ client_id, revision }) => ({ client_id, revision }))
    // What has been written since is passed over, and who writes it has read it by their keys.
    await sql`
      with still as (
        select c.client_id from nexus.clients c
        join jsonb_to_recordset(${jsonb(revisions)}) as s(client_id text, revision bigint)
          on c.tenant_id = ${tenantId} and c.client_id = s.client_id and c.revision = s.revision
        for no key update of c skip locked
      )
      ${listingStatement(tenantId, listings, sql`where r.client_id in (select client_id from still)`)}
    `.execute(db)
    return rows.length
  }
