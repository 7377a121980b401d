import { describe, expect, test } from 'vitest'
import { problemOfRedis } from '../../../domain/redis/fitness.ts'
import type { RedisKind } from '../../../domain/redis/place.ts'
import { isCluster, redisRules } from '../../../domain/redis/rules.ts'

const problemOf = (kind: RedisKind, words: string, clustered = kind === 'cluster') =>
  problemOfRedis({ version: '7.2.4', clustered, refusals: [{ command: 'CONNECT', words }] }, 'nexus', 'app', kind)

describe('what a Redis answers means what its kind makes of it', () => {
  test.each([
    {
      kind: 'url',
      words: 'MOVED 1 10.0.0.1:6379',
      code: 'cluster',
      passing: false,
      remedy: 'redis.cluster.nodes to its nodes in place of redis.url',
    },
    {
      kind: 'sentinel',
      words: 'CLUSTERDOWN Hash slot not served',
      code: 'cluster',
      passing: false,
      remedy: 'redis.sentinel',
    },
    {
      kind: 'cluster',
      words: 'CLUSTERDOWN Hash slot not served',
      code: 'cluster-down',
      passing: true,
      remedy: 'failover',
    },
    { kind: 'cluster', words: 'MOVED 1 10.0.0.1:6379', code: 'cluster-down', passing: true, remedy: 'failover' },
    { kind: 'cluster', words: 'ASK 1 10.0.0.1:6379', code: 'cluster-down', passing: true, remedy: 'failover' },
    { kind: 'cluster', words: 'TRYAGAIN Multiple keys', code: 'cluster-down', passing: true, remedy: 'failover' },
    {
      kind: 'cluster',
      words: 'Too many Cluster redirections. Last error: Error: Connection is closed.',
      code: 'cluster-down',
      passing: true,
      remedy: 'failover',
    },
    {
      kind: 'cluster',
      words: 'ERR This instance has cluster support disabled',
      code: 'cluster',
      passing: false,
      remedy: 'redis.url in place of redis.cluster',
    },
    { kind: 'url', words: 'redis_mode:sentinel', code: 'sentinel', passing: false, remedy: 'in place of redis.url' },
    {
      kind: 'cluster',
      words: 'redis_mode:sentinel',
      code: 'sentinel',
      passing: false,
      remedy: 'in place of redis.cluster',
    },
    {
      kind: 'sentinel',
      words: "Sentinel s:1: ERR unknown command 'SENTINEL'",
      code: 'sentinel',
      passing: false,
      remedy: '26379',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: no primary is called main',
      code: 'sentinel',
      passing: false,
      remedy: 'redis.sentinel.name',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: WRONGPASS',
      code: 'login',
      passing: false,
      remedy: 'redis.sentinel.password',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: NOPERM this user',
      code: 'login',
      passing: false,
      remedy: '+sentinel|get-master-addr-by-name',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: EPROTO wrong version number',
      code: 'tls',
      passing: false,
      remedy: 'redis.sentinel.tls',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: connect ECONNREFUSED',
      code: 'unreachable',
      passing: true,
      remedy: 'Check redis.sentinel,',
    },
    {
      kind: 'sentinel',
      words: 'WRONGPASS invalid',
      code: 'login',
      passing: false,
      remedy: 'redis.user and redis.password',
    },
    {
      kind: 'cluster',
      words: 'WRONGPASS invalid',
      code: 'login',
      passing: false,
      remedy: 'redis.user and redis.password',
    },
    { kind: 'url', words: 'WRONGPASS invalid', code: 'login', passing: false, remedy: 'redis://user:password@host' },
    {
      kind: 'url',
      words: 'File /a/ca.pem cannot be read (ENOENT).',
      code: 'tls',
      passing: false,
      remedy: 'paths under redis.tls',
    },
    {
      kind: 'sentinel',
      words: 'Sentinel s:1: File /a cannot be read (ENOENT).',
      code: 'tls',
      passing: false,
      remedy: 'paths',
    },
    {
      kind: 'url',
      words: 'self-signed certificate in certificate chain',
      code: 'tls',
      passing: false,
      remedy: 'redis.tls.ca',
    },
    { kind: 'url', words: 'ERR_OSSL_PEM_NO_START_LINE', code: 'tls', passing: false, remedy: 'redis.tls.ca' },
    {
      kind: 'cluster',
      words: 'connect ECONNREFUSED',
      code: 'unreachable',
      passing: true,
      remedy: 'Check redis.cluster,',
    },
    { kind: 'cluster', words: 'connect ETIMEDOUT', code: 'unanswering', passing: true, remedy: 'Check redis.cluster,' },
  ] as const)('$kind: $words is $code', ({ kind, words, code, passing, remedy }) => {
    const problem = problemOf(kind, words)
    expect(problem).toMatchObject({ code, passing, words })
    expect(problem?.remedy).toContain(remedy)
  })

  test.each(['url', 'sentinel'] as const)('cluster mode behind redis.%s is said first', (kind) => {
    const problem = problemOf(kind, 'NOAUTH', true)
    expect(problem).toMatchObject({ code: 'cluster', words: null, said: isCluster.said })
    expect(problem?.remedy).toContain(`in place of redis.${kind}`)
  })

  test('cluster mode of a cluster is as it should be', () => {
    expect(problemOfRedis({ version: '7.0.0', clustered: true, refusals: [] }, 'nexus', 'app', 'cluster')).toBeNull()
  })
})

test('no remedy names a setting that is none', () => {
  for (const kind of ['url', 'sentinel', 'cluster'] as const)
    for (const { remedy } of redisRules.filter(({ kinds }) => kinds?.includes(kind) ?? true))
      expect(remedy.replace('redis.HERE', '')).not.toContain('HERE')
})
