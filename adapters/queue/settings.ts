import type { DeduplicationOptions, JobsOptions, WorkerOptions } from 'bullmq'
import type { ClusterOptions, RedisOptions } from 'ioredis'
import type { RedisServers } from '../config/configuration.ts'
import type { ConnectionSettings } from './connection.ts'

/**
 * Every setting of BullMQ and its connections in one place, each with its reason. The queue is a wake-up and nothing
 * more: losing all of it loses no change, as the sweep finds rows with lag.
 */

/** One queue per tenant: one tenant's backlog, limit or illness does not slow another. */
export const queueName = (tenantId: string): string => `sync.${tenantId}`

/**
 * How a queue is called on Redis. In a cluster its name is the hash tag: all keys of a tenant's queue are then on one node, as
 * its scripts need it, and the tenants are spread over all nodes.
 */
export const nameOn = (servers: RedisServers, name: string): string => ('cluster' in servers ? `{${name}}` : name)

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
  // It names the library to the server: one more right that a user would need.
  disableClientInfo: true,
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

/** Where there are others to turn to, one that takes no connection is not waited for as long as by default, which is 10 s. */
const turnAfterMs = 2000

export const everySentinel = {
  connectTimeout: turnAfterMs,
  sentinelCommandTimeout: turnAfterMs,
  // The configured ones, and no others that they have heard of, at addresses that may be good among themselves only.
  updateSentinels: false,
} satisfies RedisOptions

export const everyCluster = {
  // It would be one more connection of each client: who is asked first answers with the slots already.
  enableReadyCheck: false,
  // A lost connection and a redirection have the slots read anew; by itself each of many clients does it seldom.
  slotsRefreshInterval: 30_000,
  // While a failover is told from node to node, two of them may name each other.
  retryDelayOnMoved: 50,
  // As they are written: a certificate is for a name, not for the address that it leads to.
  dnsLookup: (host, found) => found(null, host),
  redisOptions: { connectTimeout: turnAfterMs },
} satisfies ClusterOptions

/** For adding: answers at once that Redis is away, instead of waiting for it for ever. The row is stored already. */
export const producerRedis = {
  ...everyRedis,
  enableOfflineQueue: false,
  // A server that has vanished without a word keeps its connections as well.
  socketTimeout: 5000,
  // Half a second: who asked is to be answered, and asks again.
  maxRedirections: 5,
} satisfies ConnectionSettings

/** For workers, which wait for Redis to come back. */
export const consumerRedis = {
  ...everyRedis,
  // Longer than the longest BZPOPMIN of BullMQ, which is 10 s.
  socketTimeout: 12_000,
  // As long as a failover takes, ten times a second.
  maxRedirections: 1000,
} satisfies ConnectionSettings

/** On PostgreSQL each worker holds a LISTEN connection; beyond this many tenants Redis is the remedy. */
export const maximumTenantsOnPostgres = 50

/** How long a starting process waits for Redis: with all else that it does it ends within 10 s. */
export const startWithinMs = 4000

/** How often a running process looks whether Redis can do the work. */
export const lookEveryMs = 5000

/** How soon it looks again when something has happened. */
export const lookAgainMs = 1000

/** How long a wake-up that fails is tried again. */
export const addWithinMs = 1500
