import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What has changed, for who looks on: names, and no values. */
export const events: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // Not the table's own: the running role looks at how far it is.
    await sql`create sequence nexus.events_position`.execute(db)
    await sql`
      create table nexus.events (
        tenant_id text not null,
        -- Drawn when the table is locked for writing, in the order of which transactions need not end.
        position bigint not null default nextval('nexus.events_position'),
        -- Null for what is about the tenant itself, or about one of its states.
        client_id text,
        state text,
        kind text not null,
        -- Of the client's row, since then.
        revision bigint,
        happened_at timestamptz not null default clock_timestamp(),
        -- By this order they are read, and forgotten: no other is kept.
        primary key (tenant_id, position)
      )`.execute(db)
    // The last event that was forgotten: whoever has seen no later one may have missed some.
    await sql`alter table nexus.tenants add column forgotten_events bigint not null default 0`.execute(db)
  },
}
