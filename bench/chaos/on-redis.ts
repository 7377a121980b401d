import { startRedisCluster } from '../../test/support/redis/cluster.ts'
import { startRedisWithSentinels } from '../../test/support/redis/sentinel.ts'
import type { Servers } from '../../test/support/servers.ts'
import { queueName } from '../../adapters/queue/settings.ts'
import { pause } from './scenario.ts'
import type { Scenario, World } from './scenario.ts'

const noRedis = new Error('This machine has no Redis (apt-get install redis-server).')

/** Kills a primary while changes flow, and has it come back as a replica, three times; each takes as long as it takes. */
const killings = async (kill: () => Promise<() => Promise<void>>, stopping: AbortSignal): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    await pause(2000, stopping)
    const killedAt = performance.now()
    const revive = await kill()
    const seconds = (performance.now() - killedAt) / 1000
    console.log(`       a replica took the place of the killed primary after ${seconds.toFixed(1)} s`)
    await pause(2000, stopping)
    await revive()
    await pause(3000, stopping)
  }
}

const onCluster = async (common: Servers): Promise<World> => {
  const cluster = await startRedisCluster()
  if (cluster === undefined) throw noRedis
  return {
    servers: common,
    redis: { cluster: { nodes: cluster.nodes } },
    meddle: (_stack, _workers, stopping) => killings(() => cluster.killPrimaryOf(`{${queueName('acme')}}`), stopping),
    close: cluster.close,
  }
}

const onSentinels = async (common: Servers): Promise<World> => {
  const redis = await startRedisWithSentinels()
  if (redis === undefined) throw noRedis
  return {
    servers: common,
    redis: { sentinel: redis.sentinel },
    meddle: (_stack, _workers, stopping) => killings(redis.killPrimary, stopping),
    close: redis.close,
  }
}

/** Redis as companies run it. */
export const onRedis: readonly Scenario[] = [
  {
    name: 'cluster',
    about: 'on a Redis Cluster of six, the primary that has the queue is killed three times',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    everyMs: 25,
    world: onCluster,
  },
  {
    name: 'sentinel',
    about: 'on Redis with Sentinels, the primary is killed three times',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    everyMs: 25,
    world: onSentinels,
  },
]
