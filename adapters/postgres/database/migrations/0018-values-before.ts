import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What the fields of a change were when it was accepted; null of changes that were accepted before this was kept. */
export const valuesBefore: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.changes add column "before" jsonb`.execute(db)
  },
}
