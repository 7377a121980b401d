import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Terraform's states, who manages what, and what stands between an apply and the changes of clients. */
export const terraform: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.terraform_states (
        tenant_id text not null,
        name text not null,
        -- The version that is current; null where there is none: never written, or deleted.
        version bigint,
        -- How many versions there have been, and the highest serial among them.
        versions bigint not null default 0,
        highest_serial bigint not null default 0,
        -- When the serial last changed: an apply has been at work.
        serial_moved_at timestamptz,
        -- Addresses of managed resources that belong to no client.
        others jsonb not null default '[]',
        -- Counts what would make an older configuration wrong: see terraform_events.
        snapshot bigint not null default 0,
        -- The lock as Terraform sent it, who asked for it, and since when.
        lock jsonb,
        locked_by jsonb,
        locked_at timestamptz,
        -- Until when an apply keeps changes of the state's clients waiting; null where none is at work.
        hold_until timestamptz,
        -- When the clients have to be looked at because an apply may have changed owned fields, and until when somebody
        -- is at it.
        check_at timestamptz,
        check_until timestamptz,
        -- Drift that was known before that apply, by client: fields that are left as they are.
        known_drift jsonb,
        primary key (tenant_id, name)
      )`.execute(db)
    await sql`
      create table nexus.terraform_state_versions (
        tenant_id text not null,
        state text not null,
        version bigint not null,
        lineage text not null,
        serial bigint not null,
        terraform_version text not null,
        -- Of the state's text, which is kept compressed and sealed with the key of that name.
        sha256 text not null,
        bytes bigint not null,
        key_id text not null,
        sealed bytea not null,
        -- The version that it is a restored copy of.
        restored_from bigint,
        written_at timestamptz not null default clock_timestamp(),
        written_by jsonb not null,
        primary key (tenant_id, state, version),
        foreign key (tenant_id, state) references nexus.terraform_states
      )`.execute(db)
    // Ciphertext does not compress.
    await sql`alter table nexus.terraform_state_versions alter column sealed set storage external`.execute(db)
    await sql`
      create table nexus.terraform_resources (
        tenant_id text not null,
        state text not null,
        place integer not null,
        address text not null,
        type text not null,
        client_id text not null,
        tainted boolean not null,
        deposed text,
        primary key (tenant_id, state, place)
      )`.execute(db)
    await sql`create index terraform_resources_of_client on nexus.terraform_resources (tenant_id, client_id)`.execute(
      db,
    )
    await sql`
      create table nexus.terraform_requests (
        tenant_id text not null,
        client_id text not null,
        state text not null,
        kind text not null check (kind in ('adopt', 'release')),
        author jsonb not null,
        requested_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, client_id)
      )`.execute(db)
    await sql`
      create table nexus.terraform_events (
        tenant_id text not null,
        state text not null,
        -- The state's count after it.
        snapshot bigint not null,
        client_id text not null,
        kind text not null,
        -- The fields that became owned; null for the other kinds.
        fields jsonb,
        happened_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, state, snapshot)
      )`.execute(db)
    // When Auth0 was last seen to have the confirmed values, and the state whose apply is to blame for the drift since.
    await sql`
      alter table nexus.clients add column confirmed_at timestamptz, add column drifted_by_state text`.execute(db)
    await sql`update nexus.clients set confirmed_at = observed_at where drifted_at is null`.execute(db)
  },
}
