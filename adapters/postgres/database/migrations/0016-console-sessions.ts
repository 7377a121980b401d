import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Who is signed in to the console. The browser has a random id, of which the SHA-256 stands here; the issuer's tokens and
 * who the person is are sealed.
 */
export const consoleSessions: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.console_sessions (
        id_hash bytea primary key,
        -- The user id, by which one's sessions are counted.
        user_id text not null,
        key_id text not null,
        sealed bytea not null,
        created_at timestamptz not null default clock_timestamp(),
        -- When the issuer last saw the person sign in.
        signed_in_at timestamptz not null,
        last_seen_at timestamptz not null default clock_timestamp(),
        ends_at timestamptz not null,
        -- Until when the access token is good.
        access_until timestamptz not null,
        -- Who renews it, and until when nobody else does.
        renewing uuid,
        renewing_until timestamptz
      )
    `.execute(db)
    await sql`create index console_sessions_of_user on nexus.console_sessions (user_id, last_seen_at)`.execute(db)
  },
}
