import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * What a program has to know to work with this schema: a contraction adds its name. Older programs read it and refuse to
 * start; every other migration leaves them be.
 */
export const schemaNeeds: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`create table nexus.schema_needs (migration text primary key)`.execute(db)
  },
}
