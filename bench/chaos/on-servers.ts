import { startRedisPair } from '../../test/support/redis-pair.ts'
import type { RedisPair } from '../../test/support/redis-pair.ts'
import type { Servers } from '../../test/support/servers.ts'
import { pause } from './scenario.ts'
import type { Scenario, World } from './scenario.ts'

const onRedisPair =
  (meddle: (redis: RedisPair, stopping: AbortSignal) => Promise<void>) =>
  async (common: Servers): Promise<World> => {
    const redis = await startRedisPair()
    if (redis === undefined) throw new Error('This machine has no Redis (apt-get install redis-server).')
    return {
      servers: { ...common, redisUrl: redis.url },
      meddle: (_stack, _workers, stopping) => meddle(redis, stopping),
      close: redis.close,
    }
  }

/** What happens to the servers that Nexus keeps things on. */
export const onServers: readonly Scenario[] = [
  {
    name: 'failover',
    about: 'three times the Redis primary becomes a replica, and the connections to it stay',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    world: onRedisPair(async (redis, stopping) => {
      for (let round = 0; round < 3; round += 1) {
        await pause(2000, stopping)
        await redis.failOver()
      }
    }),
  },
  {
    name: 'away',
    about: 'Redis is gone for 60 s, and changes are still accepted',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    world: onRedisPair(async ({ address }, stopping) => {
      await pause(500, stopping)
      await address.cut()
      await pause(60_000, stopping)
      await address.mend()
    }),
  },
]
