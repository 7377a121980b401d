import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Whether code declares what stands at an address of a state: null until a stack that says so has been applied. */
export const declaredClients: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`alter table nexus.terraform_resources add column declared boolean`.execute(db)
  },
}
