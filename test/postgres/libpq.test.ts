import { describe, expect, test } from 'vitest'
import { libpqEnvironment } from '../../adapters/postgres/database/libpq.ts'

describe('the environment in which psql reaches the database of a URL', () => {
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
