import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Requests without valid credentials are counted: a row says how many. Null where a row is one decision. */
export const countedStrangers: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.audit add column count bigint`.execute(db)
  },
}
