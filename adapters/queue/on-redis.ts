import { once } from 'node:events'
import { withBackend } from 'bullmq'
import { Cluster } from 'ioredis'
import type { RedisConfiguration } from '../config/configuration.ts'
import { connectRedis } from './connection.ts'
import type { RedisClient } from './connection.ts'
import { watchFitness } from './fitness.ts'
import type { Fitness } from './fitness.ts'
import type { Kind, QueueSettings } from './kind.ts'
import { frugalRedisBackend } from './redis-backend.ts'
import {
  addWithinMs,
  consumerRedis,
  events,
  jobOptions,
  nameOn,
  producerRedis,
  startWithinMs,
  workerOptions,
} from './settings.ts'

/** The queue on a Redis of any kind. */
export const onRedis = async (
  { tenants, onError, onUnfit }: Pick<QueueSettings, 'tenants' | 'onError' | 'onUnfit'>,
  redis: RedisConfiguration,
): Promise<Kind> => {
  const { prefix } = redis
  const producer = connectRedis(redis, producerRedis)
  const consumer = connectRedis(redis, { ...consumerRedis, lazyConnect: true })
  producer.on('error', onError)
  consumer.on('error', onError)
  await once(producer, 'ready', { signal: AbortSignal.timeout(startWithinMs) })
  const fitness = watchFitness({ ...redis, tenants }, onUnfit)
  const classes = withBackend(frugalRedisBackend(consumer))
  return {
    queue: (name) =>
      new classes.Queue(nameOn(redis, name), {
        connection: producer,
        prefix,
        skipWaitingForReady: true,
        streams: { events },
        defaultJobOptions: jobOptions,
      }),
    worker: (name, process, concurrency) =>
      new classes.Worker(nameOn(redis, name), process, { connection: consumer, prefix, concurrency, ...workerOptions }),
    problem: fitness.problem,
    recovered: recoveries(producer, consumer, fitness),
    patienceMs: addWithinMs,
    end: () => {
      fitness.close()
      producer.disconnect()
      consumer.disconnect()
      return Promise.resolve()
    },
  }
}

/** Answers once for each time that the connection was lost and is there again. */
const recoveries = (
  producer: RedisClient,
  consumer: RedisClient,
  fitness: Pick<Fitness, 'fitAt' | 'lookSoon'>,
): (() => boolean) => {
  if (producer instanceof Cluster) return recoveriesOfNodes([producer, consumer], fitness)
  let wasLost = false
  let isBack = false
  producer.on('close', () => {
    wasLost = true
  })
  producer.on('ready', () => {
    isBack = wasLost
  })
  return () => {
    if (!isBack) return false
    wasLost = isBack = false
    return true
  }
}

/**
 * Of a cluster one node is enough, of which a worker's own connection may hear alone, as the other has had no use for the node.
 * That another has taken its place, a look tells.
 */
const recoveriesOfNodes = (
  clients: readonly RedisClient[],
  { fitAt, lookSoon }: Pick<Fitness, 'fitAt' | 'lookSoon'>,
): (() => boolean) => {
  let lostAt: number | null = null
  for (const client of clients)
    client.on('-node', () => {
      lostAt = performance.now()
      lookSoon()
    })
  return () => {
    if (lostAt === null || fitAt() < lostAt) return false
    lostAt = null
    return true
  }
}
