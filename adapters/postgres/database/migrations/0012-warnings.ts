import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What a change was warned of when it was accepted: pointers into its request, with sentences; null where nothing was. */
export const warnings: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.changes add column warnings jsonb`.execute(db)
  },
}
