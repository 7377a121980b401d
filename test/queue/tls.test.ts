import { expect, onTestFinished, test } from 'vitest'
import type { RedisConfiguration } from '../../adapters/config/configuration.ts'
import { untilFit } from '../../adapters/queue/fitness.ts'
import { createQueue } from '../../adapters/queue/queue.ts'
import { hasRedis } from '../support/local-servers.ts'
import type { RedisNode } from '../support/redis/node.ts'
import { startTlsRedis } from '../support/redis/tls.ts'
import type { TlsRedis } from '../support/redis/tls.ts'
import { forTest } from './support.ts'

const name = 'redis.internal'
const addressOf = ({ port }: RedisNode) => ({ host: '127.0.0.1', port })

/** A Redis of TLS only, whose certificate is for another name than its address. */
const started = async (settings: Readonly<Record<string, string>> = {}): Promise<TlsRedis> => {
  return forTest(startTlsRedis(name, settings))
}

const kinds: readonly { readonly kind: string; readonly start: () => Promise<RedisConfiguration> }[] = [
  {
    kind: 'the primary of a Sentinel, which speaks TLS as well',
    start: async () => {
      const redis = await started()
      const tls = { ...redis.tls, serverName: name }
      const sentinel = await redis.startSentinel('main')
      return { sentinel: { name: 'main', nodes: [addressOf(sentinel)], tls }, tls, prefix: 'nexus' }
    },
  },
  {
    kind: 'a node of a cluster',
    start: async () => {
      const redis = await started({
        'cluster-enabled': 'yes',
        'tls-cluster': 'yes',
        'cluster-announce-ip': '127.0.0.1',
      })
      await redis.node.ask((node) => node.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383))
      return { cluster: { nodes: [addressOf(redis.node)] }, tls: { ...redis.tls, serverName: name }, prefix: 'nexus' }
    },
  },
]

test.skipIf(!hasRedis()).each(kinds)('a wake-up goes over TLS to $kind', { timeout: 30_000 }, async ({ start }) => {
  const redis = await start()
  await untilFit({ ...redis, tenants: ['acme'] })
  const seen: string[] = []
  const queue = await createQueue({
    postgresUrl: '',
    redis,
    tenants: ['acme'],
    onError: ({ message }) => seen.push(message),
    onUnfit: ({ code }) => seen.push(code),
  })
  onTestFinished(() => queue.close(1000))
  const handle = ({ clientId }: { readonly clientId: string }) => {
    seen.push(clientId)
    return Promise.resolve({ kind: 'done' as const })
  }
  queue.work(['acme'], handle, 2)
  await queue.wake({ tenantId: 'acme', clientId: 'one' })
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['one'])
})
