import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What lists of clients look at, in an order and an index for each way of looking. No extension is needed. */
export const clientLists: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    // When a change was last accepted or settled, or Auth0 had another client than before; milliseconds, as cursors are.
    await sql`
      alter table nexus.clients
        add column updated_at timestamptz not null default date_trunc('milliseconds', clock_timestamp())`.execute(db)
    // Whether changes wait: as a column, so that the planner knows how few they are.
    await sql`
      alter table nexus.clients
        add column waiting boolean not null generated always as (generation > settled_generation) stored`.execute(db)
    await sql`create index clients_waiting on nexus.clients (tenant_id) where waiting`.execute(db)
    await sql`update nexus.clients set updated_at = date_trunc('milliseconds', written_at)`.execute(db)
    // The key brings along what lists ask of many rows, which are wide: they need not be fetched for it.
    await sql`alter table nexus.changes drop constraint changes_tenant_id_client_id_fkey`.execute(db)
    await sql`alter table nexus.clients drop constraint clients_pkey`.execute(db)
    await sql`
      alter table nexus.clients add primary key (tenant_id, client_id)
        include (updated_at, waiting, drifted_at, stalled_at, paused_at)`.execute(db)
    await sql`alter table nexus.changes add foreign key (tenant_id, client_id) references nexus.clients`.execute(db)
    await sql`create index clients_by_update on nexus.clients (tenant_id, updated_at, client_id)`.execute(db)
    await sql`create index clients_drifted on nexus.clients (tenant_id) where drifted_at is not null`.execute(db)
    await sql`create index clients_stalled on nexus.clients (tenant_id) where stalled_at is not null`.execute(db)
    await sql`create index clients_paused on nexus.clients (tenant_id) where paused_at is not null`.execute(db)

    // A row for each client that has not vanished. Apart from the client's own row, which every change writes twice:
    // this one is written only when what it says becomes another.
    await sql`
      create table nexus.client_listings (
        tenant_id text not null,
        client_id text not null,
        -- Computed by the program, which alone knows what they mean: see domain/clients/listing.ts.
        name text collate "C" not null default '',
        product text collate "C" not null default '',
        words text collate "C" not null default '',
        admits_confirmed text[] collate "C" not null default '{}',
        admits_desired text[] collate "C" not null default '{}',
        -- By which names of metadata keys it was read; a row that was read by others is not shown, and read anew.
        read_by text not null default '',
        primary key (tenant_id, client_id),
        foreign key (tenant_id, client_id) references nexus.clients
      )`.execute(db)
    await sql`create index client_listings_by_name on nexus.client_listings (tenant_id, name, client_id)`.execute(db)
    await sql`
      create index client_listings_by_product on nexus.client_listings (tenant_id, product, client_id)`.execute(db)
    await sql`create index client_listings_read_by on nexus.client_listings (tenant_id, read_by)`.execute(db)
    // Three characters at a time, so that an index finds a text in the middle of a word.
    await sql`
      create function nexus.grams(tenant_id text, words text) returns text[]
      language sql immutable parallel safe cost 1000 as $$
        select coalesce(array_agg(tenant_id || ' ' || substr(words, i, 3)), '{}')
        from generate_series(1, length(words) - 2) i
      $$`.execute(db)
    // Without the list of entries that are still to be sorted in: every search would read it from end to end.
    await sql`
      create index client_listings_terms on nexus.client_listings
        using gin (admits_confirmed, admits_desired, nexus.grams(tenant_id, words)) with (fastupdate = off)`.execute(db)
    // Clients that are known already: read when the API starts.
    await sql`
      insert into nexus.client_listings (tenant_id, client_id)
      select tenant_id, client_id from nexus.clients where vanished_at is null`.execute(db)
  },
}
