import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What the last complete scan of a tenant left out, because Nexus cannot handle it: how much, and the first by name. */
export const leftOut: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      alter table nexus.tenants add column left_out jsonb not null default '{"count": 0, "elements": []}'
    `.execute(db)
  },
}
