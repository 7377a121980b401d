import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Which states the configuration names, what was written past a lock, and scans that somebody waits for. */
export const namedStates: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // The states that have power over clients, as the configuration of the process that started last names them.
    await sql`
      create table nexus.terraform_named (
        tenant_id text not null,
        state text not null,
        -- Whether Nexus writes its configuration (terraformStates), or somebody else does (otherStates).
        own boolean not null,
        primary key (tenant_id, state)
      )`.execute(db)
    await sql`
      alter table nexus.terraform_states
        -- When its clients were last looked at after an apply, and when they have to be looked at once more.
        add column looked_at timestamptz,
        add column look_again_at timestamptz,
        -- The last write without a lock whose configuration was outdated: {at, by, snapshot, current}. An apply that
        -- holds the lock ends it.
        add column outdated_write jsonb`.execute(db)
    await sql`
      alter table nexus.tenants
        -- When somebody last asked for a scan, and when the scan that answers them ended.
        add column scan_asked_at timestamptz,
        add column asked_scan_ended_at timestamptz`.execute(db)
  },
}
