import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** When a worker that serves the tenant last said so: some workers serve only some of the tenants. */
export const servedTenants: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      alter table nexus.tenants add column served_at timestamptz
    `.execute(db)
  },
}
