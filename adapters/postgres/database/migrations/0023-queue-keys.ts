import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How the keys of the queue on Redis begin: a row for now, and one for each former beginning that is not empty yet. */
export const queueKeys: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.queue_keys (
        beginning text primary key,
        -- Stands in Redis too: several installations may share one, and exchange their prefixes.
        mark text not null default gen_random_uuid()::text,
        used_at timestamptz not null
      )`.execute(db)
  },
}
