import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RedisServers, ServerAddress } from '../../adapters/config/configuration.ts'
import { inspectRedis, problemAt } from '../../adapters/queue/inspect.ts'
import { hasRedis } from '../support/local-servers.ts'
import { startRedisCluster } from '../support/redis/cluster.ts'
import type { RedisCluster } from '../support/redis/cluster.ts'
import { startRedisNode } from '../support/redis/node.ts'
import type { RedisNode } from '../support/redis/node.ts'
import { startRedisWithSentinels } from '../support/redis/sentinel.ts'
import type { RedisWithSentinels } from '../support/redis/sentinel.ts'
import { startTlsRedis } from '../support/redis/tls.ts'
import type { TlsRedis } from '../support/redis/tls.ts'
import { installed } from './support.ts'

const addressIn = (text: string): ServerAddress => {
  const { hostname, port } = new URL(`redis://${text}`)
  return { host: hostname, port: Number(port) }
}

/** What a look makes of a Redis: what it found, and what is wrong with it. */
const look = async (servers: RedisServers) => {
  const place = { ...servers, prefix: 'nexus' }
  const facts = await inspectRedis({ ...place, tenants: ['acme', 'beta', 'gamma'] })
  return { facts, problem: problemAt(place, facts) }
}

describe.skipIf(!hasRedis())('a look finds', { timeout: 30_000 }, () => {
  let single: RedisNode
  let tls: TlsRedis
  let sentinels: RedisWithSentinels
  let cluster: RedisCluster
  beforeAll(async () => {
    ;[single, tls, sentinels, cluster] = await Promise.all([
      startRedisNode(),
      installed(startTlsRedis('127.0.0.1')),
      installed(startRedisWithSentinels()),
      installed(startRedisCluster()),
    ])
  })
  afterAll(() => Promise.all([single.close(), tls.close(), sentinels.close(), cluster.close()]))

  const address = (): ServerAddress => ({ host: '127.0.0.1', port: single.port })
  const ofSentinels = () => ({ ...sentinels.sentinel, nodes: sentinels.sentinel.nodes.map(addressIn) })

  test('a server that speaks TLS', async () => {
    const { facts, problem } = await look({ url: tls.url, tls: tls.tls })
    expect(problem).toBeNull()
    expect(facts).toMatchObject({ found: { kind: 'url' }, policy: 'noeviction', appendOnly: true, refusals: [] })
  })

  test('the primary that Sentinels name, where one of them is away, and how many answer', async () => {
    const nodes = [{ host: '127.0.0.1', port: 1 }, ...ofSentinels().nodes]
    const { facts, problem } = await look({ sentinel: { ...ofSentinels(), nodes } })
    expect(problem).toBeNull()
    expect(facts).toMatchObject({
      found: { kind: 'sentinel', primary: await sentinels.primary(), answering: 3, sentinels: 4 },
      policy: 'noeviction',
      appendOnly: true,
    })
  })

  test('a cluster, whole, by one of its nodes, and leaves nothing behind', async () => {
    const { facts, problem } = await look({ cluster: { nodes: cluster.nodes.slice(0, 1).map(addressIn) } })
    expect(problem).toBeNull()
    expect(facts).toMatchObject({
      found: { kind: 'cluster', primaries: 3, replicas: 3 },
      policy: 'noeviction',
      appendOnly: true,
    })
    expect((await cluster.each((redis) => redis.keys('*'))).flat()).toEqual([])
  })

  test('a cluster of which one primary evicts', async () => {
    const [first = ''] = cluster.nodes
    const nodes = cluster.nodes.map(addressIn)
    let set = false
    const change = (policy: string) =>
      cluster.each(async (redis) => {
        if (redis.options.port === addressIn(first).port)
          set = (await redis.config('SET', 'maxmemory-policy', policy)) === 'OK'
      })
    await change('allkeys-lru')
    onTestFinished(() => change('noeviction').then(() => undefined))
    expect(set).toBe(true)
    expect((await look({ cluster: { nodes } })).facts.policy).toBe('allkeys-lru')
  })

  test.each([
    {
      reason: 'a cluster behind a URL',
      servers: () => ({ url: `redis://${cluster.nodes[0]}` }),
      code: 'cluster',
      remedy: 'Set redis.cluster.nodes',
    },
    {
      reason: 'one server where a cluster is configured',
      servers: () => ({ cluster: { nodes: [address()] } }),
      code: 'cluster',
      remedy: 'Set redis.url',
    },
    {
      reason: 'a cluster that is away',
      servers: () => ({ cluster: { nodes: [{ host: '127.0.0.1', port: 1 }] } }),
      code: 'unreachable',
      remedy: 'Check redis.cluster',
    },
    {
      reason: 'a cluster that wants another password',
      servers: () => ({ cluster: { nodes: cluster.nodes.map(addressIn) }, user: 'nobody', password: 'hunter2' }),
      code: 'login',
      remedy: 'redis.user',
    },
    {
      reason: 'a Sentinel behind a URL',
      servers: () => ({ url: `redis://nexus:of-nexus@${sentinels.sentinel.nodes[0]}` }),
      // Its user may nothing but ask for the primary, not even INFO.
      code: 'forbidden',
      remedy: 'ACL SETUSER nexus',
    },
    {
      reason: 'a Sentinel behind a URL, as an administrator',
      servers: () => ({ url: `redis://:of-sentinels@${sentinels.sentinel.nodes[0]}` }),
      code: 'sentinel',
      remedy: 'Set redis.sentinel',
    },
    {
      reason: 'one server where Sentinels are configured',
      servers: () => ({ sentinel: { name: 'queue', nodes: [address()] } }),
      code: 'sentinel',
      remedy: '26379',
    },
    {
      reason: 'Sentinels that know no primary of the name',
      servers: () => ({ sentinel: { ...ofSentinels(), name: 'another' } }),
      code: 'sentinel',
      remedy: 'redis.sentinel.name',
    },
    {
      reason: 'Sentinels that want another password',
      servers: () => ({ sentinel: { ...ofSentinels(), password: 'hunter2' } }),
      code: 'login',
      remedy: 'redis.sentinel.password',
    },
    {
      reason: 'Sentinels that are away',
      servers: () => ({ sentinel: { name: 'queue', nodes: [{ host: '127.0.0.1', port: 1 }] } }),
      code: 'unreachable',
      remedy: 'Check redis.sentinel',
    },
    {
      reason: 'a primary that wants another password',
      servers: () => ({ sentinel: ofSentinels(), user: 'nobody', password: 'hunter2' }),
      code: 'login',
      remedy: 'Check redis.user',
    },
    {
      reason: 'a server whose CA nobody has named',
      servers: () => ({ url: tls.url }),
      code: 'tls',
      remedy: 'redis.tls.ca',
    },
    {
      reason: 'a server that wants a certificate of Nexus',
      servers: () => ({ url: tls.url, tls: { ca: tls.tls.ca } }),
      code: 'tls',
      remedy: 'redis.tls',
    },
    {
      reason: 'a server whose certificate is for another name',
      servers: () => ({ url: tls.url, tls: { ...tls.tls, serverName: 'redis.example' } }),
      code: 'tls',
      remedy: 'redis.tls',
    },
    {
      reason: 'a file that is not there',
      servers: () => ({ url: tls.url, tls: { ca: '/no/such/ca.pem' } }),
      code: 'tls',
      remedy: 'Check the paths',
    },
  ])('what is wrong: $reason', async ({ servers, code, remedy }) => {
    const { problem } = await look(servers())
    expect(problem).toMatchObject({ code })
    expect(problem?.remedy).toContain(remedy)
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|of-sentinels/)
  })

  test('what is wrong: a file that holds no certificate', async () => {
    const file = path.join(os.tmpdir(), `nexus-no-certificate-${process.pid}.pem`)
    await writeFile(file, 'hunter2')
    const { problem } = await look({ url: tls.url, tls: { ...tls.tls, certificate: file } })
    expect(problem).toMatchObject({ code: 'tls' })
    expect(JSON.stringify(problem)).not.toContain('hunter2')
  })

  test('a cluster one of whose primaries is dead: a failover is waited for', async () => {
    const revive = cluster.killPrimaryOf('{sync.acme}')
    let code: string | undefined
    await expect
      .poll(
        async () => {
          code = (await look({ cluster: { nodes: cluster.nodes.map(addressIn) } })).problem?.code ?? code
          return code
        },
        { timeout: 4000, interval: 20 },
      )
      .toMatch(/cluster-down|unreachable|unanswering/)
    await (
      await revive
    )()
    await expect
      .poll(async () => (await look({ cluster: { nodes: cluster.nodes.map(addressIn) } })).problem, { timeout: 15_000 })
      .toBeNull()
  })
})
