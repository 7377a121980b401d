import type { Configuration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Metrics } from '../adapters/metrics/metrics.ts'
import { createQueueKeys } from '../adapters/postgres/queue-keys.ts'
import { untilFit } from '../adapters/queue/fitness.ts'
import { beginningOf, emptyFormerKeys } from '../adapters/queue/former-keys.ts'
import { createQueue } from '../adapters/queue/queue.ts'
import type { Queue } from '../adapters/queue/queue.ts'
import { tellProblem } from '../domain/redis/fitness.ts'
import { redisFoundText } from '../domain/redis/place.ts'

/** Resolves when the Redis of the configuration, where there is one, can do the work. @throws RedisUnfit */
export const untilRedisIsFit = ({ redis, tenants }: Configuration, log: Pick<Log, 'info'>): Promise<void> => {
  if (redis === null) return Promise.resolve()
  const fit = untilFit({ ...redis, tenants: tenants.map(({ id }) => id) }, ({ found, version, policy, appendOnly }) => {
    log.info({ version, policy, appendOnly }, `the queue is on ${redisFoundText(redis, found)}`)
  })
  // It may be known before anybody waits for it, or after the database has failed.
  fit.catch(() => undefined)
  return fit
}

interface QueueDeps {
  readonly databaseUrl: string
  readonly db: Parameters<typeof createQueueKeys>[0]
  readonly metrics: Pick<Metrics, 'count'>
  readonly log: Log
}

/** The queue of a process. What former settings have left in Redis is taken away meanwhile. */
export const openQueue = async (
  configuration: Configuration,
  { databaseUrl, db, metrics, log }: QueueDeps,
): Promise<Queue> => {
  const { redis, tenants } = configuration
  const queue = await createQueue({
    postgresUrl: databaseUrl,
    redis,
    tenants: tenants.map(({ id }) => id),
    onError: (error) => {
      metrics.count('queueErrors', {})
      log.error({ err: error }, 'queue')
    },
    onUnfit: (problem) =>
      log.error({ reason: tellProblem(problem), remedy: problem.remedy }, 'Redis cannot do the work of the queue'),
  })
  const stopping = new AbortController()
  const emptying = emptyFormer(configuration, { db, log }, stopping.signal)
  return {
    ...queue,
    close: async (deadlineMs) => {
      stopping.abort()
      await Promise.all([emptying, queue.close(deadlineMs)])
    },
  }
}

/** It is tried again at every start, until nothing was left: another process may have gone on with former settings. */
const emptyFormer = async (
  { redis }: Configuration,
  { db, log }: Pick<QueueDeps, 'db' | 'log'>,
  stopping: AbortSignal,
): Promise<void> => {
  if (redis === null) return
  const known = createQueueKeys(db)
  try {
    const keys = await known.use(beginningOf(redis))
    await emptyFormerKeys(
      redis,
      keys,
      async (beginning, emptied) => {
        if (emptied.kind === 'emptied' && emptied.keys > 0)
          log.info({ beginning, keys: emptied.keys }, 'the keys that the queue had under a former prefix were removed')
        else await known.forget(beginning)
      },
      stopping,
    )
  } catch (error) {
    if (!stopping.aborted)
      log.warn({ err: error }, 'the keys that the queue had under a former prefix could not be removed')
  }
}
