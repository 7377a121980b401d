import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Configuration } from '../../adapters/config/configuration.ts'
import { createLog } from '../../adapters/log/log.ts'
import { run } from '../../process/start.ts'
import { assembleStack } from '../support/assemble-stack.ts'
import type { Stack } from '../support/assemble-stack.ts'
import { hasRedis, startEmbeddedServers } from '../support/local-servers.ts'
import type { LocalServers } from '../support/local-servers.ts'
import { startRedisCluster } from '../support/redis/cluster.ts'
import { startRedisNode } from '../support/redis/node.ts'
import { installed, owned } from './support.ts'

const quiet = createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() }))
const random = (): string => randomBytes(6).toString('hex')

/** Places whose keys can all be looked at. */
const places = [
  {
    kind: 'one server',
    start: async () => {
      const node = await startRedisNode()
      const each = async <T>(work: (redis: Redis) => Promise<T>): Promise<T[]> => [await node.ask(work)]
      return { redis: { url: `redis://127.0.0.1:${node.port}` }, each, close: node.close }
    },
  },
  {
    kind: 'a cluster',
    start: async () => {
      const cluster = await installed(startRedisCluster())
      return { redis: { cluster: { nodes: cluster.nodes } }, each: cluster.each, close: cluster.close }
    },
  },
]

/** A former beginning is forgotten last, when nothing else is to be done with it. */
const onlyKnown = (stack: Stack, prefix: string) => async (): Promise<void> => {
  const known = await stack.query<{ beginning: string }>('select beginning from nexus.queue_keys')
  expect(known.map(({ beginning }) => beginning.split(':')[0])).toEqual([prefix])
}

describe.skipIf(!hasRedis())('a changed prefix', { timeout: 60_000 }, () => {
  let postgres: LocalServers
  beforeAll(async () => {
    postgres = await startEmbeddedServers()
  })
  afterAll(() => postgres.close())

  describe.each(places)('on $kind', ({ start }) => {
    let place: Awaited<ReturnType<typeof start>>
    beforeAll(async () => {
      place = await start()
    })
    afterAll(() => place.close())

    const stackWith = async (prefix: string): Promise<Stack> => {
      const file = { redis: { ...place.redis, prefix } }
      const stack = await assembleStack(postgres.servers, { twoRoles: false, file })
      onTestFinished(() => stack.close())
      expect((await stack.patch(owned(stack), { callbackUrls: ['https://a.example.com/'] })).status).toBe(200)
      return stack
    }
    const keysOf = async (prefix: string): Promise<string[]> => [
      ...new Set((await place.each((redis) => redis.keys(`${prefix}:*`))).flat()),
    ]
    /** Starts Nexus over the stack's database with another prefix, and stops it once it has looked. */
    const startWith = async (
      { configuration, query }: Stack,
      prefix: string,
      looked: () => Promise<void>,
    ): Promise<void> => {
      const redis: Configuration['redis'] = configuration.redis && { ...configuration.redis, prefix }
      const before = await query(`select clock_timestamp() as now`)
      const running = await run({ ...configuration, redis }, { api: false, worker: true }, quiet)
      await vi.waitFor(
        async () =>
          expect(
            await query(`select from nexus.queue_keys where beginning like $1 and used_at > $2`, [
              `${prefix}:%`,
              before[0]?.['now'],
            ]),
          ).toHaveLength(1),
        { timeout: 10_000 },
      )
      await vi.waitFor(async () => expect(await keysOf(prefix)).not.toEqual([]), { timeout: 10_000 })
      await vi.waitFor(looked, { timeout: 10_000 })
      await running.close()
    }

    test('empties the old one, leaves those of others alone, and is forgotten once it is empty', async () => {
      const [old, other, next] = [random(), random(), random()]
      const stranger = await stackWith(other)
      const stack = await stackWith(old)
      expect(await keysOf(old)).not.toEqual([])
      const ofStranger = await keysOf(other)
      await stack.stop()
      // The mark alone, until nothing else was found.
      await startWith(stack, next, async () =>
        expect((await keysOf(old)).filter((key) => !key.endsWith(':installation'))).toEqual([]),
      )
      await startWith(stack, next, onlyKnown(stack, next))
      expect(await keysOf(old)).toEqual([])
      expect(await keysOf(other)).toEqual(
        expect.arrayContaining(ofStranger.filter((key) => /:(?:meta|installation)$/.test(key))),
      )
      expect((await stranger.patch(owned(stranger), { callbackUrls: ['https://b.example.com/'] })).status).toBe(200)
    })

    test('that another installation has taken over meanwhile is theirs', async () => {
      const [shared, next] = [random(), random()]
      const first = await stackWith(shared)
      await first.stop()
      const second = await stackWith(shared)
      const before = await keysOf(shared)
      await startWith(first, next, onlyKnown(first, next))
      expect(await keysOf(shared)).toEqual(expect.arrayContaining(before.filter((key) => key.endsWith(':meta'))))
      expect((await second.patch(owned(second), { callbackUrls: ['https://b.example.com/'] })).status).toBe(200)
    })
  })
})
