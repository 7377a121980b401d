import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What is kept of requests: keys by which a repetition is recognised, and changes that were asked for together. */
export const requests: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.operations (
        id uuid primary key,
        tenant_id text not null,
        author jsonb not null,
        created_at timestamptz not null default clock_timestamp()
      )`.execute(db)
    await sql`
      create table nexus.operation_elements (
        operation_id uuid not null references nexus.operations on delete cascade,
        -- Its place in the list of the request.
        place integer not null,
        client_id text not null,
        -- What came of it: a change, whose row says the rest, or an answer without one (JSON; as text, because jsonb
        -- does not hold every string that a request may hold). Null both while it is undecided.
        change_id uuid references nexus.changes,
        answer text,
        primary key (operation_id, place),
        check (change_id is null or answer is null)
      )`.execute(db)
    await sql`
      create index operation_elements_of_change on nexus.operation_elements (change_id)
        where change_id is not null`.execute(db)
    await sql`create index operations_by_age on nexus.operations (created_at)`.execute(db)
    await sql`
      create table nexus.idempotency_keys (
        tenant_id text not null,
        -- Who sent it, and through which application.
        caller jsonb not null,
        key text not null,
        -- Of the request that it came with.
        fingerprint text not null,
        -- Who is at it, and until when: after that another may take it over.
        claim uuid not null,
        claimed_until timestamptz not null,
        -- What the request brought about, written in the transaction that did.
        change_id uuid,
        operation_id uuid,
        -- What was answered, as JSON, without secrets; null until then.
        answer text,
        created_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, caller, key)
      )`.execute(db)
    await sql`create index idempotency_keys_by_age on nexus.idempotency_keys (created_at)`.execute(db)
  },
}
