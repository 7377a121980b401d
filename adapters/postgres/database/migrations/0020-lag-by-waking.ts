import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { indexConcurrently } from './index-concurrently.ts'

/** The sweep's order among what waits: it reads the few that come first, and sorts no backlog. */
export const lagByWaking: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await indexConcurrently(
      db,
      'clients_lag_by_waking',
      sql`nexus.clients (woken_at nulls first) where generation > settled_generation or verify_at is not null`,
    )
  },
}
