import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The span that accepted a change, as W3C Trace Context writes it: whoever works on it continues that. Null without traces. */
export const traces: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.changes add column traceparent text`.execute(db)
  },
}
