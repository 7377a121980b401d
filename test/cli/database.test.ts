import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { libpqEnvironment } from '../../adapters/postgres/servers/libpq.ts'
import { emptyDirectory, nexus } from './support.ts'

describe('nexus database', () => {
  const folder = emptyDirectory()
  const file = join(folder, 'nexus.yaml')
  const database = (...args: readonly string[]) => nexus(['database', '--config', file, ...args])
  beforeAll(() => {
    chmodSync(folder, 0o755)
    writeFileSync(
      file,
      `database: { embedded: ${join(folder, '.nexus')} }
tenants: [{ id: acme, domain: acme.eu.auth0.com, credential: { clientId: a, clientSecret: b } }]`,
    )
  })

  test('gives a program the connection in its environment, and ends with its code', async () => {
    const { code, stdout } = await database('sh', '-c', 'echo "$PGUSER at $PGHOST, $PGDATABASE"; exit 7')
    expect([code, stdout]).toEqual([7, 'nexus at 127.0.0.1, postgres\n'])
  })

  test('shows the password in no list of processes, and prints it nowhere', async () => {
    const { stdout, stderr } = await database('sh', '-c', 'ps axww -o args; test -n "$PGPASSWORD" && echo has one')
    const password = readFileSync(join(folder, '.nexus', 'password'), 'utf8').trim()
    expect(stdout).toContain('has one')
    expect(stdout + stderr).not.toContain(password)
  })

  test('says what to install where the program is not there', async () => {
    const { code, stderr } = await database('psql-of-nobody')
    expect([code, stderr]).toEqual([1, expect.stringContaining('apt-get install postgresql-client')])
  })
})

describe('the environment of a URL', () => {
  test.each([
    {
      reason: 'all parts, decoded',
      url: 'postgres://nexus_run:p%40ss%2Fword@db.example.com:6432/nexus',
      env: {
        PGHOST: 'db.example.com',
        PGPORT: '6432',
        PGUSER: 'nexus_run',
        PGPASSWORD: 'p@ss/word',
        PGDATABASE: 'nexus',
      },
    },
    {
      reason: 'what is missing stays as it is outside',
      url: 'postgresql://db/nexus',
      env: { PGHOST: 'db', PGDATABASE: 'nexus' },
    },
    {
      reason: 'an IPv6 address has no brackets',
      url: 'postgres://[::1]:5432/nexus',
      env: { PGHOST: '::1', PGPORT: '5432', PGDATABASE: 'nexus' },
    },
    {
      reason: 'a socket',
      url: 'postgres:///nexus?host=/var/run/postgresql',
      env: { PGHOST: '/var/run/postgresql', PGDATABASE: 'nexus' },
    },
    {
      reason: 'several servers, of which libpq is to take the primary',
      url: 'postgres://nexus:secret@db1,[::1]:5433/nexus',
      env: {
        PGHOST: 'db1,::1',
        PGPORT: ',5433',
        PGUSER: 'nexus',
        PGPASSWORD: 'secret',
        PGDATABASE: 'nexus',
        PGTARGETSESSIONATTRS: 'read-write',
      },
    },
    {
      reason: 'several servers on their usual ports',
      url: 'postgres://db1,db2/nexus',
      env: { PGHOST: 'db1,db2', PGDATABASE: 'nexus', PGTARGETSESSIONATTRS: 'read-write' },
    },
    {
      reason: 'TLS',
      url: 'postgres://db/nexus?sslmode=verify-full&sslrootcert=ca.pem',
      env: { PGHOST: 'db', PGDATABASE: 'nexus', PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'ca.pem' },
    },
    {
      reason: "a mode that is Node's own",
      url: 'postgres://db/nexus?sslmode=no-verify',
      env: { PGHOST: 'db', PGDATABASE: 'nexus', PGSSLMODE: 'require' },
    },
    {
      reason: 'a password that reads like it stays as it is',
      url: 'postgres://nexus:no-verify@db/nexus',
      env: { PGHOST: 'db', PGUSER: 'nexus', PGPASSWORD: 'no-verify', PGDATABASE: 'nexus' },
    },
    {
      reason: 'what no variable says is left out',
      url: 'postgres://db/nexus?max=3',
      env: { PGHOST: 'db', PGDATABASE: 'nexus' },
    },
  ])('$reason', ({ url, env }) => {
    expect(libpqEnvironment(url)).toEqual(env)
  })
})
