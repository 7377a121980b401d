import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What nothing grows beyond: records that count, and a way to find changes whose time is over. */
export const boundedGrowth: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // Of requests without valid credentials a row says how many they were; null where it is one decision.
    await sql`alter table nexus.audit add column count bigint`.execute(db)
    await sql`create index changes_settled on nexus.changes (settled_at) where status <> 'accepted'`.execute(db)
  },
}
