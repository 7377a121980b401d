import type { DeduplicationOptions, JobsOptions, WorkerOptions } from 'bullmq'
import type { RedisOptions } from 'ioredis'

/**
 * Every setting of BullMQ and its connections in one place, each with its reason. The queue is a wake-up and nothing
 * more: losing all of it loses no change, as the sweep finds rows with lag.
 */

/** One queue per tenant: one tenant's backlog, limit or illness does not slow another. */
export const queueName = (tenantId: string): string => `sync.${tenantId}`

/**
 * One job per client: while it is active, the newest add is kept and run once after it; while it waits, an add is
 * dropped. `reschedule` brings a delayed job forward: neither a person's change nor a row that a sweep found due waits
 * for an older back-off to pass.
 */
export const deduplication = (clientId: string): DeduplicationOptions => ({
  id: clientId,
  keepLastIfActive: true,
  reschedule: true,
})

/** Jobs carry no history: what came of a change stands in its row. */
export const jobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 }

export const workerOptions: Pick<
  WorkerOptions,
  'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'drainDelay' | 'removeOnComplete' | 'removeOnFail'
> = {
  // A killed worker's job is taken up after about 6 s; with the defaults it takes 60.
  lockDuration: 5000,
  stalledInterval: 2000,
  // With the default of 1, a second crash would fail the job.
  maxStalledCount: 50,
  drainDelay: 5,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
}

/** For adding: answers at once that Redis is away, instead of waiting for it for ever. The row is stored already. */
export const producerRedis = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: null,
  // The default climbs to 20 s, which is how long a healthy Redis would be ignored.
  retryStrategy: (times: number) => Math.min(times * 100, 1000),
} satisfies RedisOptions

/** For workers, which wait for Redis to come back. */
export const consumerRedis = {
  maxRetriesPerRequest: null,
  retryStrategy: (times: number) => Math.min(times * 100, 1000),
} satisfies RedisOptions

/** On PostgreSQL each worker holds a LISTEN connection; beyond this many tenants Redis is the remedy. */
export const maximumTenantsOnPostgres = 50

/** How long a starting process waits for Redis. */
export const startWithinMs = 10_000
