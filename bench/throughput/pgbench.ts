import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { createDatabase } from '../../test/support/assemble-stack.ts'
import { findPostgresProgram } from '../../test/support/local-servers.ts'
import type { Servers } from '../../test/support/servers.ts'

/** Rows as Nexus keeps them, without anything that is Nexus: a client, its changes, the record of who did it. */
const tables = `
  create table clients (id int primary key, revision bigint not null, desired bigint not null, document jsonb not null);
  create table changes (
    id uuid primary key default gen_random_uuid(), client int not null references clients, generation bigint not null,
    "values" jsonb not null, author jsonb not null, at timestamptz not null default clock_timestamp(),
    unique (client, generation));
  create table audit (
    id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    subject text not null, action text not null, target text not null);
  create index audit_by_target on audit (target, id);
  insert into clients select n, 0, 0, jsonb_build_object('client_id', 'client' || n, 'name', 'Application ' || n,
    'callbacks', jsonb_build_array('https://app.example.com/callback'), 'grant_types', jsonb_build_array('authorization_code'),
    'client_metadata', jsonb_build_object('owners', '["auth0|tester"]', 'product_name', 'Bench'))
  from generate_series(1, 5000) n;
`

/** One acceptance: read under the row's lock, store the change, move the client on, write the record. */
const transaction = `
\\set client random(1, 5000)
begin;
select * from clients where id = :client for update;
insert into changes (client, generation, "values", author)
  select id, desired + 1, '{"callbackUrls":["https://app.example.com/1"]}', '{"kind":"user","id":"auth0|tester"}'
  from clients where id = :client;
update clients set revision = revision + 1, desired = desired + 1 where id = :client;
insert into audit (subject, action, target) values ('auth0|tester', 'client.update', 'client' || :client);
commit;
`

const seconds = 4

/** Transactions a second over so many connections. */
export type Pgbench = (connections: number) => Promise<number>

/**
 * PostgreSQL's own load generator with a transaction of the shape of an acceptance: what this database can do where nothing
 * but the database is asked.
 *
 * @returns undefined where the machine has no pgbench
 */
export const preparePgbench = async (
  servers: Servers,
  directory: string,
): Promise<{ readonly run: Pgbench; readonly close: () => Promise<void> } | undefined> => {
  const program = await findPostgresProgram('pgbench')
  if (program === undefined) return undefined
  const database = await createDatabase(servers)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(tables)
  await client.end()
  const script = path.join(directory, 'accept.sql')
  await writeFile(script, transaction)
  return {
    run: async (connections) => {
      const parameters = ['-n', '-M', 'prepared', '-c', String(connections), '-T', String(seconds), '-f', script]
      const { stdout } = await promisify(execFile)(program, [...parameters, database.url])
      return Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
    },
    close: database.drop,
  }
}
