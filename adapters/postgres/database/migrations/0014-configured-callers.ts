import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** When the applications and accounts of the configuration were last used. Who they are, the configuration says. */
export const configuredCallers: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.configured_callers (
        kind text not null check (kind in ('application', 'account')),
        name text not null,
        -- Written twice a minute at most.
        used_at timestamptz not null,
        primary key (kind, name)
      )`.execute(db)
  },
}
