import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Who was let do what, and who was not. Rows are only ever added: the role that Nexus runs as is granted no more than
 * that (`grants.ts`), and triggers refuse the rest to everybody, the owner of the table too.
 */
export const audit: Migration = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql`
      create table nexus.audit (
        -- The running role may name neither: they are the database's.
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        tenant_id text,
        -- Null where nobody could be recognised.
        actor_kind text,
        actor_id text,
        application text,
        address inet,
        request_id text,
        action text not null,
        target text,
        change_id uuid,
        outcome text not null check (outcome in ('accepted', 'refused')),
        -- The code of the problem that was answered, and what would have let the caller in.
        reason text,
        missing text
      )`.execute(db)
    await sql`create index audit_of_tenant on nexus.audit (tenant_id, at, id)`.execute(db)
    await sql`create index audit_in_time on nexus.audit (at, id)`.execute(db)
    // How long records are kept: one row, which the running role may read and not write.
    await sql`
      create table nexus.audit_retention (
        only_row boolean primary key default true check (only_row),
        keep interval not null
      )`.execute(db)
    await sql`insert into nexus.audit_retention (keep) values (interval '400 days')`.execute(db)
    await sql`
      create function nexus.audit_is_kept() returns trigger language plpgsql
      set search_path = pg_catalog as $$
      begin
        if tg_op = 'DELETE' and current_setting('nexus.audit_forgetting', true) = 'on' then
          if old.at < clock_timestamp() - (select r.keep from nexus.audit_retention r) then
            return old;
          end if;
        end if;
        raise exception 'nexus.audit is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
      end $$`.execute(db)
    await sql`
      create trigger audit_is_kept before update or delete on nexus.audit
        for each row execute function nexus.audit_is_kept()`.execute(db)
    await sql`
      create trigger audit_is_not_emptied before truncate on nexus.audit
        for each statement execute function nexus.audit_is_kept()`.execute(db)
    // Runs as the owner of the table, and takes nothing from who calls it but how much to do at once.
    await sql`
      create function nexus.audit_forget(batch integer) returns integer language plpgsql security definer
      set search_path = pg_catalog as $$
      declare
        gone integer;
      begin
        -- Set in here and not for the function: that is for superusers only.
        perform set_config('nexus.audit_forgetting', 'on', true);
        delete from nexus.audit where id in (
          select a.id from nexus.audit a
          where a.at < clock_timestamp() - (select r.keep from nexus.audit_retention r)
          order by a.at, a.id limit least(batch, 10000) for update skip locked);
        get diagnostics gone = row_count;
        perform set_config('nexus.audit_forgetting', 'off', true);
        return gone;
      end $$`.execute(db)
    await sql`revoke all on function nexus.audit_forget(integer) from public`.execute(db)
  },
}
