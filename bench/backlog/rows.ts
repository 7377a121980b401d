import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Installation } from '../installation/installation.ts'

type Database = Pick<Installation, 'query'>

/** Writes down when a client of `acme` is leased, by the database's clock, as the time of acceptance is. */
export const watchLeases = async ({ query }: Database): Promise<void> => {
  await query('create table public.leased (client_id text not null, at timestamptz not null)')
  await query(`
    create function public.note_lease() returns trigger language plpgsql as $$
    begin
      insert into public.leased values (new.client_id, clock_timestamp());
      return null;
    end $$`)
  await query(`
    create trigger note_lease after update on nexus.clients for each row
    when (new.tenant_id = 'acme' and new.lease_token is not null and new.lease_token is distinct from old.lease_token)
    execute function public.note_lease()`)
}

/** Of the changes that were accepted since then, the time to the first lease: milliseconds. */
export const leasesFrom = async ({ query }: Database, mark: Date): Promise<readonly number[]> => {
  const rows = await query<{ ms: number }>(
    `select extract(epoch from l.at - c.accepted_at)::float8 * 1000 as ms
     from nexus.changes c
     cross join lateral (
       select min(at) as at from public.leased l where l.client_id = c.client_id and l.at >= c.accepted_at) l
     where c.tenant_id = 'acme' and c.accepted_at >= $1 and l.at is not null`,
    [mark],
  )
  return rows.map(({ ms }) => ms)
}

/** Clients of the tenant `full` from one number to below another, each with a change that waits: rows as acceptance leaves them. */
export const fillBacklog = async ({ query }: Database, from: number, below: number): Promise<void> => {
  await query(
    `with added as (
       insert into nexus.clients (tenant_id, client_id, observed, observed_at, generation)
       select 'full', 'waiting' || n,
         jsonb_build_object('client_id', 'waiting' || n, 'name', 'Waiting ' || n, 'callbacks', jsonb_build_array(),
           'client_metadata', jsonb_build_object('owners', '["auth0|tester"]')), now(), 1
       from generate_series($1::int, $2::int) n returning tenant_id, client_id)
     insert into nexus.changes (id, tenant_id, client_id, generation, "values", status, author)
     select gen_random_uuid(), tenant_id, client_id, 1, '{"callbackUrls": ["https://app.example.com/1"]}', 'accepted',
       '{"kind": "user", "id": "auth0|tester", "application": "portal"}'
     from added`,
    [from, below - 1],
  )
}

/**
 * Waits until the sweep has queued each of so many changes, for two minutes at most.
 *
 * @returns how many it has queued by then
 */
export const untilQueued = async ({ query }: Database, filled: number): Promise<number> => {
  for (const last = performance.now() + 120_000; ; await sleep(500)) {
    const [row] = await query<{ left: number }>(
      `select count(*)::int as left from nexus.clients
       where tenant_id = 'full' and generation > settled_generation and woken_at is null`,
    )
    const left = row?.left ?? filled
    if (left === 0 || performance.now() > last) return filled - left
  }
}

/** What a row of a table takes on disk with its part of the indexes, in KiB. */
export const rowKiB = async ({ query }: Database, table: 'clients' | 'changes' | 'audit'): Promise<number> => {
  const [row] = await query<{ kib: number }>(
    `select pg_total_relation_size($1::regclass)::float8 / 1024 / greatest(1, (select count(*) from nexus.${table})) as kib`,
    [`nexus.${table}`],
  )
  return row?.kib ?? Number.NaN
}

/** What all jobs take in Redis, in MiB. */
export const redisMiB = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / 1_048_576
