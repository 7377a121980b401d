import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** How often Auth0 has refused a call as one too many: in the hour of the last time, and in the hour before that. */
export const throttled: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      alter table nexus.budgets
        add column throttled_hour timestamptz,
        add column throttled integer not null default 0,
        add column throttled_before integer not null default 0`.execute(db)
  },
}
