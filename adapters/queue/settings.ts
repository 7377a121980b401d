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

/** What happened to jobs, which nobody reads and BullMQ writes: of the newest about so many are kept, not 10,000 a tenant. */
export const events = { maxLen: 100 }

export const workerOptions: Pick<
  WorkerOptions,
  | 'runRetryDelay'
  | 'lockDuration'
  | 'stalledInterval'
  | 'maxStalledCount'
  | 'drainDelay'
  | 'removeOnComplete'
  | 'removeOnFail'
> = {
  // A killed worker's job is taken up after about 6 s; with the defaults it takes 60.
  lockDuration: 5000,
  stalledInterval: 2000,
  // With the default of 1, a second crash would fail the job.
  maxStalledCount: 50,
  drainDelay: 5,
  // After a lost connection; the default of 15 s is how long a healthy server would be ignored.
  runRetryDelay: 1000,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
}

/** Commands that Redis refuses without being unwell: a script that it does not know yet, a command that it does not have. */
const harmless = /^(?:NOSCRIPT|ERR unknown)/

/** Answers of a server that is no primary, or not yet: nothing was done, and the command belongs to another. */
const elsewhere = /READONLY|UNBLOCKED|LOADING|MASTERDOWN/

const everyRedis = {
  maxRetriesPerRequest: null,
  // The default climbs to 5 s, which is how long a healthy Redis would be ignored.
  retryStrategy: (times: number) => Math.min(times * 100, 1000),
  /**
   * Who refuses a command is left, and the address asked anew: after a failover it leads to another server, while the old
   * one keeps its connections as a replica. It also slows a worker down whose every command is refused: BullMQ would ask
   * again without a pause. 2 is to send the command again there: BullMQ would wait 5 s after a failed wait for jobs.
   */
  reconnectOnError: (error: Error) => (elsewhere.test(error.message) ? 2 : !harmless.test(error.message)),
} satisfies RedisOptions

/** For adding: answers at once that Redis is away, instead of waiting for it for ever. The row is stored already. */
export const producerRedis = {
  ...everyRedis,
  enableOfflineQueue: false,
  // A server that has vanished without a word keeps its connections as well.
  socketTimeout: 5000,
} satisfies RedisOptions

/** For workers, which wait for Redis to come back. */
export const consumerRedis = {
  ...everyRedis,
  // Longer than the longest BZPOPMIN of BullMQ, which is 10 s.
  socketTimeout: 12_000,
} satisfies RedisOptions

/** On PostgreSQL each worker holds a LISTEN connection; beyond this many tenants Redis is the remedy. */
export const maximumTenantsOnPostgres = 50

/** How long a starting process waits for Redis: with all else that it does it ends within 10 s. */
export const startWithinMs = 4000

/** How often a running process looks whether Redis can do the work. */
export const lookEveryMs = 5000

/** How long a wake-up that fails is tried again. */
export const addWithinMs = 1500
