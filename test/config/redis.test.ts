import { describe, expect, test } from 'vitest'
import { containing, least, parse, problemsOf } from './support.ts'

const redisOf = (text: string, env: Record<string, string> = {}) => parse(`redis: ${text}\n${least}`, env).redis

describe('where the queue is on Redis', () => {
  test.each([
    { reason: 'a URL alone', text: '{ url: "redis://r" }', means: { url: 'redis://r', prefix: 'nexus' } },
    {
      reason: 'a URL with a CA of its own and a certificate',
      text: '{ url: "rediss://r", tls: { ca: ca.pem, certificate: own.pem, key: own.key, serverName: r.internal } }',
      means: {
        url: 'rediss://r',
        tls: { ca: 'ca.pem', certificate: 'own.pem', key: 'own.key', serverName: 'r.internal' },
        prefix: 'nexus',
      },
    },
    {
      reason: 'Sentinels, whose port has a default, with their own user and TLS',
      text: '{ sentinel: { name: main, nodes: [s1, "s2:1"], user: a, password: b, tls: {} }, user: c, password: d, database: 2, prefix: p }',
      means: {
        sentinel: {
          name: 'main',
          nodes: [
            { host: 's1', port: 26_379 },
            { host: 's2', port: 1 },
          ],
          user: 'a',
          password: 'b',
          tls: {},
        },
        user: 'c',
        password: 'd',
        database: 2,
        prefix: 'p',
      },
    },
    {
      reason: 'nodes of a cluster, by IPv6 too',
      text: '{ cluster: { nodes: ["r1:7000", "[::1]:7001", "10.0.0.1"] } }',
      means: {
        cluster: {
          nodes: [
            { host: 'r1', port: 7000 },
            { host: '::1', port: 7001 },
            { host: '10.0.0.1', port: 6379 },
          ],
        },
        prefix: 'nexus',
      },
    },
  ])('$reason', ({ text, means }) => {
    expect(redisOf(text)).toEqual(means)
  })

  test('a variable can hold several nodes, and one that is empty leaves its setting out', () => {
    const text = '{ url: "${URL:-}", cluster: { nodes: "${NODES}" }, password: "${PASSWORD:-}" }'
    expect(redisOf(text, { NODES: 'r1:7000, r2:7001' })).toEqual({
      cluster: {
        nodes: [
          { host: 'r1', port: 7000 },
          { host: 'r2', port: 7001 },
        ],
      },
      prefix: 'nexus',
    })
  })

  test('a prefix alone says nothing: the queue is in the database', () => {
    expect(redisOf('{ prefix: p }')).toBeNull()
  })
})

describe('what does not go together is refused', () => {
  test.each([
    {
      reason: 'two kinds',
      text: '{ url: "redis://r", cluster: { nodes: [r] } }',
      path: 'redis.cluster',
      says: 'only one of them',
    },
    {
      reason: 'Sentinels and a cluster',
      text: '{ sentinel: { name: a, nodes: [r] }, cluster: { nodes: [r] } }',
      path: 'redis.cluster',
      says: 'remove this, or sentinel',
    },
    {
      reason: 'no nodes',
      text: '{ cluster: { nodes: [] } }',
      path: 'redis.cluster.nodes',
      says: 'at least one address',
    },
    {
      reason: 'nodes left out',
      text: '{ sentinel: { name: a } }',
      path: 'redis.sentinel.nodes',
      says: 'list of addresses',
    },
    {
      reason: 'Sentinels without a name',
      text: '{ sentinel: { nodes: [s] } }',
      path: 'redis.sentinel.name',
      says: 'missing',
    },
    {
      reason: 'a URL among the nodes',
      text: '{ cluster: { nodes: [r1, "redis://r2"] } }',
      path: 'redis.cluster.nodes[1]',
      says: 'an address, such as',
    },
    {
      reason: 'a port that there is none of',
      text: '{ cluster: { nodes: ["r1:70000"] } }',
      path: 'redis.cluster.nodes[0]',
      says: 'an address, such as',
    },
    {
      reason: 'a database of a cluster',
      text: '{ cluster: { nodes: [r] }, database: 1 }',
      path: 'redis.database',
      says: 'only one database',
    },
    {
      reason: 'a password beside a URL',
      text: '{ url: "redis://r", password: p }',
      path: 'redis.password',
      says: 'belongs into url',
    },
    {
      reason: 'TLS beside a URL without it',
      text: '{ url: "redis://r", tls: { ca: x } }',
      path: 'redis.tls',
      says: 'rediss://',
    },
    {
      reason: 'a certificate without its key',
      text: '{ url: "rediss://r", tls: { certificate: x } }',
      path: 'redis.tls.certificate',
      says: 'go together',
    },
    {
      reason: 'a key without its certificate',
      text: '{ sentinel: { name: a, nodes: [s], tls: { key: x } } }',
      path: 'redis.sentinel.tls.key',
      says: 'go together',
    },
    {
      reason: 'a login without a server',
      text: '{ user: u }',
      path: 'redis.user',
      says: 'give url, sentinel or cluster',
    },
    { reason: 'an unknown kind', text: '{ clusters: {} }', path: 'redis.clusters', says: 'Did you mean cluster?' },
  ])('$reason', ({ text, path, says }) => {
    expect(problemsOf(`redis: ${text}\n${least}`)).toContainEqual({
      path,
      line: expect.any(Number) as unknown,
      message: containing(says),
    })
  })

  test('and no mistake repeats a password', () => {
    const told = problemsOf(`redis: { url: "redis://r", password: hunter2, user: { a: hunter2 } }\n${least}`)
    expect(told.length).toBeGreaterThan(0)
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })
})
