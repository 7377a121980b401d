import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startRedisPair } from '../../test/support/redis/pair.ts'
import type { RedisPair } from '../../test/support/redis/pair.ts'
import { startMovablePostgres } from '../../test/support/local-servers.ts'
import { startPostgresPair } from '../../test/support/postgres/pair.ts'
import type { Servers } from '../../test/support/servers.ts'
import { everywhere, pause } from './scenario.ts'
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

/** A primary and its synchronous standby, which is promoted once the primary is dead. The queue is where it is to be. */
const onPostgresPair =
  (queue: 'redis' | 'database') =>
  async (common: Servers): Promise<World> => {
    const pair = await startPostgresPair()
    if (pair === undefined) throw new Error('This machine has no PostgreSQL (apt-get install postgresql).')
    return {
      servers: { postgresUrl: pair.url, redisUrl: queue === 'redis' ? common.redisUrl : null },
      meddle: async (_stack, _workers, stopping) => {
        await pause(2000, stopping)
        await pair.killPrimary()
        // As long as it takes until somebody has seen that it is dead.
        await pause(3000, stopping)
        await pair.promote()
      },
      close: pair.close,
    }
  }

const hour = 3600
/** How far the clock is off, one after the other, in seconds. */
const offsets = [hour, 0, -hour, 0, 24 * hour, -24 * hour, 24 * hour, 0, -24 * hour, 0]

/** A PostgreSQL whose clock is set; the queue is where it would be otherwise. */
const onMovableClock = async (common: Servers): Promise<World> => {
  const postgres = await startMovablePostgres()
  if (postgres === undefined)
    throw new Error('This machine has no PostgreSQL whose clock can be set (apt-get install postgresql faketime).')
  return {
    servers: { ...common, postgresUrl: postgres.url },
    meddle: async (_stack, _workers, stopping) => {
      for (const seconds of offsets) {
        await pause(3000, stopping)
        postgres.setClock(seconds)
      }
    },
    close: postgres.close,
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
  {
    name: 'embedded',
    about: 'the embedded PostgreSQL is killed five times',
    workers: 1,
    storages: ['embedded'],
    faults: { latencyMs: [5, 20] },
    patient: true,
    world: async (common) => {
      const directory = await mkdtemp(path.join(os.tmpdir(), 'nexus-chaos-embedded-'))
      await chmod(directory, 0o755)
      const embedded = path.join(directory, '.nexus')
      return {
        servers: common,
        embedded,
        meddle: async (_stack, _workers, stopping) => {
          for (let kill = 0; kill < 5; kill += 1) {
            await pause(3000, stopping)
            const file = await readFile(path.join(embedded, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
            const pid = Number(file.split('\n')[0])
            if (pid > 0) process.kill(pid, 'SIGKILL')
          }
        },
        close: () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
      }
    },
  },
  {
    name: 'postgres-failover',
    about: 'the PostgreSQL primary is killed, and its synchronous standby promoted',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    patient: true,
    world: onPostgresPair('redis'),
  },
  {
    name: 'postgres-failover-queue',
    about: 'the same with the queue in that PostgreSQL',
    workers: 2,
    storages: ['postgresql+redis'],
    faults: { latencyMs: [5, 20] },
    patient: true,
    world: onPostgresPair('database'),
  },
  {
    name: 'clocks',
    about: "the database's clock is set an hour and a day ahead and back, on a plan with limits",
    workers: 2,
    storages: everywhere,
    faults: { latencyMs: [5, 20] },
    plan: 'enterprise-production',
    world: onMovableClock,
  },
]
