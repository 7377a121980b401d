import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { assembleStack } from '../support/assemble-stack.ts'
import type { Stack } from '../support/assemble-stack.ts'
import { hasRedis, startEmbeddedServers } from '../support/local-servers.ts'
import type { LocalServers } from '../support/local-servers.ts'
import { startRedisCluster } from '../support/redis/cluster.ts'
import type { RedisCluster } from '../support/redis/cluster.ts'
import { startRedisNode } from '../support/redis/node.ts'
import { sentinelRules, startRedisWithSentinels } from '../support/redis/sentinel.ts'
import { startTlsRedis } from '../support/redis/tls.ts'
import { accept, applied, forTest, guide, installed, owned, userOfGuide } from './support.ts'

/** Everything that a user was refused since the start of a server. */
const refusals = async (redis: Redis): Promise<unknown[]> => {
  const log: unknown = await redis.call('ACL', 'LOG')
  return Array.isArray(log) ? log : [log]
}

/** A change that is answered when Auth0 has it, one while its client is worked on, and one that Auth0 takes late, so that its job is delayed. */
const doTheJob = async (stack: Stack): Promise<void> => {
  const id = owned(stack)
  const url = 'https://one.example.com/'
  const answer = await stack.patch(id, { callbackUrls: [url] })
  expect(answer.status).toBe(200)
  expect(stack.simulator.clients.get(id)?.['callbacks']).toEqual([url])
  stack.simulator.setFaults({ latencyMs: [800, 800] })
  await accept(stack, id, 'https://active.example.com/')
  await sleep(300)
  await accept(stack, id, 'https://meanwhile.example.com/')
  await applied(stack, id, 'https://meanwhile.example.com/', 15_000)
  stack.simulator.setFaults({ outage: 'page' })
  await accept(stack, id, 'https://two.example.com/')
  await sleep(500)
  stack.simulator.setFaults({})
  await applied(stack, id, 'https://two.example.com/', 15_000)
}

const clientCount = 20
/** Three changes of each client. */
const allApplied = Array.from({ length: 3 * clientCount }, () => 'applied')

/** Changes before, while and after a primary is lost, until the newest are in Auth0. @returns what has become of each */
const throughFailover = async (stack: Stack, failOver: () => Promise<unknown>): Promise<readonly string[]> => {
  const ids = Array.from({ length: clientCount }, () => owned(stack))
  const change = (value: string) => Promise.all(ids.map((id) => accept(stack, id, `https://${value}.example.com/`)))
  await change('before')
  const failing = failOver()
  await change('meanwhile')
  await failing
  await change('after')
  for (const id of ids) await applied(stack, id, 'https://after.example.com/', 20_000)
  const statuses = () => stack.query<{ status: string }>(`select status from nexus.changes`)
  // Auth0 has a change a moment before it is settled.
  await expect
    .poll(async () => (await statuses()).filter(({ status }) => status === 'accepted'), { timeout: 15_000 })
    .toEqual([])
  return (await statuses()).map(({ status }) => status)
}

describe.skipIf(!hasRedis())('the main job', { timeout: 60_000 }, () => {
  let postgres: LocalServers
  beforeAll(async () => {
    postgres = await startEmbeddedServers()
  })
  afterAll(() => postgres.close())

  const stackOn = async (redis: Record<string, unknown>): Promise<Stack> => {
    const file = { redis: { prefix: randomBytes(6).toString('hex'), ...redis } }
    const stack = await assembleStack(postgres.servers, { twoRoles: false, file })
    onTestFinished(() => stack.close())
    return stack
  }

  test('over TLS, with a CA of its own, a certificate of Nexus, and another name than the address', async () => {
    const redis = await forTest(startTlsRedis('redis.internal'))
    const stack = await stackOn({ url: redis.url, tls: { ...redis.tls, serverName: 'redis.internal' } })
    expect((await stack.patch(owned(stack), { callbackUrls: ['https://one.example.com/'] })).status).toBe(200)
  })

  test('as a user with the rights that the guide names, and no more', async () => {
    const redis = await forTest(startRedisNode())
    const { rules } = userOfGuide()
    await redis.ask((admin) => admin.call('ACL', 'SETUSER', 'nexus', 'on', '>password', ...rules))
    await doTheJob(await stackOn({ url: `redis://nexus:password@127.0.0.1:${redis.port}`, prefix: 'nexus' }))
    expect(await redis.ask(refusals)).toEqual([])
  })

  test('over Sentinels, of which one is away, and through a failover', async () => {
    const redis = await forTest(startRedisWithSentinels())
    expect(guide).toContain(
      sentinelRules.replace('+sentinel|get-master-addr-by-name', "'+sentinel|get-master-addr-by-name'"),
    )
    const { sentinel } = redis
    const stack = await stackOn({ sentinel: { ...sentinel, nodes: ['127.0.0.1:1', ...sentinel.nodes] } })
    expect(await throughFailover(stack, redis.killPrimary)).toEqual(allApplied)
  })

  describe('on a cluster', () => {
    let cluster: RedisCluster
    beforeAll(async () => {
      cluster = await installed(startRedisCluster())
    })
    afterAll(() => cluster.close())

    test('as a user with the rights that the guide names, and no more; each tenant is on one node', async () => {
      const { rules, forCluster } = userOfGuide()
      await cluster.each((admin) => admin.call('ACL', 'SETUSER', 'nexus', 'on', '>password', ...rules, ...forCluster))
      const login = { user: 'nexus', password: 'password' }
      const stack = await stackOn({ cluster: { nodes: cluster.nodes }, prefix: 'nexus', ...login })
      await doTheJob(stack)
      expect((await cluster.each(refusals)).flat()).toEqual([])
      const keys = (await cluster.each((redis) => redis.keys('nexus:*'))).flat()
      expect(keys).toContain('nexus:{sync.acme}:meta')
      expect(keys.filter((key) => !key.startsWith('nexus:{sync.'))).toEqual([])
    })

    test('through the death of the primary that has the tenant', async () => {
      const stack = await stackOn({ cluster: { nodes: cluster.nodes.join(',') } })
      expect(await throughFailover(stack, () => cluster.killPrimaryOf('{sync.acme}'))).toEqual(allApplied)
    })
  })
})
