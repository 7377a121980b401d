import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Applications and service accounts beside those of the configuration. Secrets are kept as hashes only. */
export const callers: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    for (const table of ['application_tokens', 'service_accounts'])
      await sql`
        create table ${sql.table(`nexus.${table}`)} (
          name text primary key,
          -- Tenants, permissions, roles, products, Terraform states.
          "grant" jsonb not null,
          -- SHA-256 of a token, scrypt of a password; null once it is revoked.
          secret_hash text,
          secret_made_at timestamptz,
          -- Written once a minute at most.
          secret_used_at timestamptz,
          -- The secret before it, good until then.
          previous_hash text,
          previous_until timestamptz,
          previous_used_at timestamptz,
          expires_at timestamptz,
          disabled_at timestamptz,
          revoked_at timestamptz,
          created_at timestamptz not null default clock_timestamp(),
          -- Null for the operator at the command line.
          created_by jsonb
        )`.execute(db)
    // Every request with a token looks for its hash.
    await sql`create unique index application_tokens_by_secret on nexus.application_tokens (secret_hash)`.execute(db)
    await sql`create unique index application_tokens_by_previous on nexus.application_tokens (previous_hash)`.execute(
      db,
    )
  },
}
