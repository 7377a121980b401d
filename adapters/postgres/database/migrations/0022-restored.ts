import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How a database that was restored is told from the one that was backed up, and what is stopped in it. */
export const restored: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // Since when the tenant waits until somebody has compared it with Auth0; null where it does not.
    await sql`alter table nexus.tenants add column restored_at timestamptz`.execute(db)
    await sql`
      create table nexus.database_identity (
        only_row boolean primary key default true check (only_row),
        -- The server's and the database's own number: a dump that is restored elsewhere brings the old one along.
        identity text not null
      )`.execute(db)
  },
}
