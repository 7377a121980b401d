import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Whether a client has drifted, as the program computes it from the row: lists, counts and metrics then say the same as
 * everything that reads the row. Listings that are there are read anew when the API starts.
 */
export const listedDrift: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.client_listings add column drifted boolean not null default false`.execute(db)
    await sql`create index client_listings_drifted on nexus.client_listings (tenant_id) where drifted`.execute(db)
    // It found clients whose drift is confirmed, which nothing asks for any more.
    await sql`drop index nexus.clients_drifted`.execute(db)
  },
}
