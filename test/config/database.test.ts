import { describe, expect, test } from 'vitest'
import { containing, least, parse, problemsOf } from './support.ts'

const url = 'postgres://pooler:6432/nexus'
const directUrl = 'postgres://a:5432,b:5432/nexus'
const withDatabase = (database: object, redis: object = {}): string =>
  `database: ${JSON.stringify(database)}\nredis: ${JSON.stringify(redis)}\n${least}`

describe('the database', () => {
  test.each([
    { reason: 'several servers', database: { url: directUrl } },
    { reason: 'what is asked of them, said', database: { url: `${directUrl}?target_session_attrs=read-write` } },
    { reason: 'a direct way, whatever the other is', database: { url, directUrl } },
    { reason: 'a pooler that is not there', database: { url, pooler: 'none' } },
  ])('$reason: is fine', ({ database }) => {
    expect(parse(withDatabase(database)).database).toMatchObject(database)
  })

  test.each([
    { reason: 'one', redis: { url: 'redis://r' } },
    { reason: 'Sentinels', redis: { sentinel: { name: 'mymaster', nodes: 'a,b,c' } } },
    { reason: 'a cluster', redis: { cluster: { nodes: 'a,b,c' } } },
  ])('a pooler in transaction mode, with a way past it and the queue in Redis: $reason', ({ redis }) => {
    const database = { url, directUrl, pooler: 'transaction' }
    expect(parse(withDatabase(database, redis)).database).toMatchObject(database)
  })

  test.each([
    {
      reason: 'a pooler without a way past it',
      database: { url, pooler: 'transaction' },
      redis: { url: 'redis://r' },
      found: [['database.pooler', 'give database.directUrl']],
    },
    {
      reason: 'a pooler, and the queue in the database',
      database: { url, directUrl, pooler: 'transaction' },
      redis: {},
      found: [['database.pooler', 'give redis.url']],
    },
    {
      reason: 'a pooler and nothing else',
      database: { pooler: 'transaction', directUrl },
      redis: { url: 'redis://r' },
      found: [
        ['database.pooler', 'goes with url'],
        ['database.directUrl', 'goes with url'],
      ],
    },
    {
      reason: 'another mode',
      database: { url, pooler: 'transactions' },
      redis: {},
      found: [['database.pooler', 'Did you mean transaction?']],
    },
    {
      reason: 'a standby',
      database: { url: `${directUrl}?target_session_attrs=any` },
      redis: {},
      found: [['database.url', 'can only be read-write']],
    },
    {
      reason: 'a server whose port is none',
      database: { url: 'postgres://a:5432,b:port/nexus' },
      redis: {},
      found: [['database.url', 'starts with postgres://']],
    },
  ])('$reason: is refused', ({ database, redis, found }) => {
    const problems = problemsOf(withDatabase(database, redis))
    expect(problems.toSorted((a, b) => (a.path < b.path ? 1 : -1))).toMatchObject(
      found.map(([path, says = '']) => ({ path, message: containing(says) })),
    )
  })
})
