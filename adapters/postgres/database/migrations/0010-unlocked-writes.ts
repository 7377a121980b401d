import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Who wrote a state last without holding its lock, where nobody has written it under a lock since. */
export const unlockedWrites: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.terraform_states add column unlocked_write jsonb`.execute(db)
  },
}
