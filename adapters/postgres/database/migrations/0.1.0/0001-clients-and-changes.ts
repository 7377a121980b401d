import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Tenants, clients and their changes. Written as SQL, so that it can be read and run as it stands. */
export const clientsAndChanges: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`create schema if not exists nexus`.execute(db)
    await sql`
      create table nexus.tenants (
        tenant_id text primary key,
        -- A person stopped sending to Auth0; changes are still accepted.
        paused_at timestamptz,
        -- Its credential is ill: nothing is sent but one probe at a time.
        held_reason text,
        held_at timestamptz,
        next_probe_at timestamptz,
        -- When all its clients are to be listed again, and until when somebody is at it.
        next_scan_at timestamptz not null default clock_timestamp(),
        scan_until timestamptz,
        -- The last complete scan: when it began, how many clients there were.
        last_scan_at timestamptz,
        last_scan_clients integer,
        -- Why the scan after it broke off; null where none did.
        scan_problem text
      )`.execute(db)
    await sql`
      create table nexus.budgets (
        tenant_id text not null,
        bucket text not null,
        -- The theoretical arrival time of the next call; a call may go ahead of it by burst * interval.
        next_at timestamptz not null default clock_timestamp(),
        interval_ms double precision not null,
        burst double precision not null,
        -- Nothing is sent before; with each block a new epoch, so that who waited reserves anew.
        blocked_until timestamptz,
        epoch bigint not null default 0,
        -- What other users of the tenant draw from the bucket, estimated; below zero it is noise.
        foreign_per_second double precision not null default 0,
        -- What the last answer said was left, and when it came.
        remaining double precision,
        seen_at timestamptz,
        primary key (tenant_id, bucket)
      )`.execute(db)
    await sql`
      create table nexus.clients (
        tenant_id text not null,
        client_id text not null,
        -- What Auth0 last said, secrets stripped, and when.
        observed jsonb not null,
        observed_at timestamptz not null,
        -- Confirmed values of the owned fields. Desired is this with the accepted changes folded in; it is never stored.
        base jsonb not null default '{}',
        generation bigint not null default 0,
        settled_generation bigint not null default 0,
        -- Counts every write of the row: a scan writes only what nobody has written since it asked.
        revision bigint not null default 0,
        lease_token uuid,
        lease_until timestamptz,
        -- The present lease was taken from a holder that never gave it back.
        taken_over boolean not null default false,
        -- Until when a call that may have been sent can still be under way; null when every attempt is closed.
        attempt_deadline timestamptz,
        previous_attempt_deadline timestamptz,
        failures integer not null default 0,
        last_failure text,
        next_try_at timestamptz,
        -- When the client has to be read again, because a call of unknown outcome may have written late.
        verify_at timestamptz,
        -- Changes up to this generation were refused together, and are tried one by one.
        one_by_one_until bigint,
        -- Rounds spent on an answer that differs: {generation, rounds, before}.
        contested jsonb,
        vanished_at timestamptz,
        -- When a job was last asked for: the sweep asks again only for what has waited since.
        woken_at timestamptz,
        -- When anything but a wake-up was last written: a page of a scan that was asked for before says nothing new.
        written_at timestamptz not null default clock_timestamp(),
        -- Since when it is so, confirmed under the lease; null where it is not.
        drifted_at timestamptz,
        stalled_at timestamptz,
        paused_at timestamptz,
        primary key (tenant_id, client_id),
        check (settled_generation <= generation)
      )`.execute(db)
    await sql`
      create index clients_with_lag on nexus.clients (tenant_id, next_try_at)
        where generation > settled_generation or verify_at is not null`.execute(db)
    await sql`
      create table nexus.changes (
        id uuid primary key,
        tenant_id text not null,
        client_id text not null,
        generation bigint not null,
        "values" jsonb not null,
        status text not null check (status in ('accepted', 'applied', 'rejected', 'withdrawn')),
        author jsonb not null,
        accepted_at timestamptz not null default clock_timestamp(),
        settled_at timestamptz,
        refusal jsonb,
        -- The change of the same call whose values stand in the place of this one's.
        superseded_by uuid,
        unique (tenant_id, client_id, generation),
        foreign key (tenant_id, client_id) references nexus.clients
      )`.execute(db)
    await sql`
      create index changes_pending on nexus.changes (tenant_id, client_id, generation)
        where status = 'accepted'`.execute(db)
  },
}
