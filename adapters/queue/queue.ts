import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  assertSchemaCompatibility,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  DelayedError,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
  withBackend,
} from 'bullmq'
import type { PgPool } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { z } from 'zod'
import { ClientId } from '../../domain/vocabulary.ts'
import type { RedisProblem } from '../../domain/redis-fitness.ts'
import type { ClientKey } from '../../domain/vocabulary.ts'
import { watchFitness } from './fitness.ts'
import { frugalRedisBackend } from './redis-backend.ts'
import {
  consumerRedis,
  deduplication,
  events,
  jobOptions,
  maximumTenantsOnPostgres,
  producerRedis,
  queueName,
  addWithinMs,
  startWithinMs,
  workerOptions,
} from './settings.ts'
import { createWakes } from './wakes.ts'

/** What a job carries: a key, never a value and never a secret. */
const Payload = z.strictObject({ clientId: ClientId })

/** What a worker makes of a key: it is done with it, or wants to see it again after a time. */
export type JobResult = { readonly kind: 'done' } | { readonly kind: 'later'; readonly afterMs: number }

/** The wake-up: from an accepted change to a worker. */
export interface Queue {
  /**
   * Asks for a client to be looked at now.
   *
   * @throws at once when the queue cannot be reached; the sweep then finds the row
   */
  readonly wake: (key: ClientKey) => Promise<void>
  /** Starts working for these tenants; ends by `close`. */
  readonly work: (
    tenantIds: readonly string[],
    handle: (key: ClientKey) => Promise<JobResult>,
    concurrency: number,
  ) => void
  /** What keeps Redis from doing the work, by the last look; null where nothing does, or the queue is in PostgreSQL. */
  readonly problem: () => RedisProblem | null
  /** Whether it has been lost and is there again since this was last asked: jobs may then be missing. */
  readonly recovered: () => boolean
  /** Ends taking jobs, waits for the active ones up to `deadlineMs`, and closes every connection. */
  readonly close: (deadlineMs: number) => Promise<void>
}

export interface QueueSettings {
  readonly postgresUrl: string
  /** Null: the queue is kept in PostgreSQL. */
  readonly redis: { readonly url: string; readonly prefix: string } | null
  readonly tenants: readonly string[]
  readonly onError: (error: Error) => void
  /** Told every few seconds for as long as Redis cannot do the work. */
  readonly onUnfit: (problem: RedisProblem) => void
}

/** A queue for each tenant, on Redis where there is one, on PostgreSQL otherwise: the same behaviour on both. */
export const createQueue = async (settings: QueueSettings): Promise<Queue> =>
  settings.redis === null ? onPostgres(settings) : onRedis(settings, settings.redis)

/** Creates or renews BullMQ's tables in PostgreSQL; nothing to do on Redis. */
export const migrateQueue = async (postgresUrl: string): Promise<void> => {
  // One connection, not a pool: the migrations are one transaction.
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  try {
    // Where there is nothing to do, a role that may only work with the tables is enough.
    if ((await schemaVersion(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    await client.end()
  }
}

const schemaVersion = async (client: pg.Client): Promise<number> => {
  try {
    return await assertSchemaCompatibility(client, DEFAULT_SCHEMA)
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0
    throw error
  }
}

const queuePool = (url: string, max: number): pg.Pool =>
  new pg.Pool({
    connectionString: url,
    max,
    application_name: 'nexus-queue',
    connectionTimeoutMillis: 5000,
    // Losing the last jobs in a crash loses nothing, so a job need not wait for the disk.
    options: `-c search_path=${DEFAULT_SCHEMA} -c synchronous_commit=off`,
  })

const onPostgres = ({ postgresUrl, tenants, onError }: QueueSettings): Queue => {
  if (tenants.length > maximumTenantsOnPostgres)
    throw new Error(
      `The queue on PostgreSQL serves at most ${maximumTenantsOnPostgres} tenants, and ${tenants.length} are configured. ` +
        'Set redis.url to keep the queue on Redis.',
    )
  const pool = queuePool(postgresUrl, tenants.length + 10)
  pool.on('error', onError)
  pool.on('connect', (client) => {
    client.on('error', onError)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pool of pg, which BullMQ describes more narrowly
  const connection = pool as unknown as PgPool
  const classes = withBackend(createPostgresBackend)
  return assemble(
    {
      queue: (name) => new classes.Queue(name, { connection, streams: { events }, defaultJobOptions: jobOptions }),
      worker: (name, process, concurrency) =>
        new classes.Worker(name, process, { connection, concurrency, ...workerOptions }),
      problem: () => null,
      recovered: () => false,
      patienceMs: 0,
      end: () => pool.end(),
    },
    tenants,
    onError,
  )
}

const onRedis = async (
  { tenants, onError, onUnfit }: QueueSettings,
  { url, prefix }: { readonly url: string; readonly prefix: string },
): Promise<Queue> => {
  const place = { url, prefix, tenants }
  const producer = new Redis(url, producerRedis)
  const consumer = new Redis(url, { ...consumerRedis, lazyConnect: true })
  producer.on('error', onError)
  consumer.on('error', onError)
  await once(producer, 'ready', { signal: AbortSignal.timeout(startWithinMs) })
  const fitness = watchFitness(place, onUnfit)
  const classes = withBackend(frugalRedisBackend(consumer))
  return assemble(
    {
      queue: (name) =>
        new classes.Queue(name, {
          connection: producer,
          prefix,
          skipWaitingForReady: true,
          streams: { events },
          defaultJobOptions: jobOptions,
        }),
      worker: (name, process, concurrency) =>
        new classes.Worker(name, process, { connection: consumer, prefix, concurrency, ...workerOptions }),
      problem: fitness.problem,
      recovered: recoveries(producer),
      patienceMs: addWithinMs,
      end: () => {
        fitness.close()
        producer.disconnect()
        consumer.disconnect()
        return Promise.resolve()
      },
    },
    tenants,
    onError,
  )
}

/** Answers once for each time that the connection was lost and is there again. */
const recoveries = (redis: Redis): (() => boolean) => {
  let wasLost = false
  let isBack = false
  redis.on('close', () => {
    wasLost = true
  })
  redis.on('ready', () => {
    isBack = wasLost
  })
  return () => {
    if (!isBack) return false
    wasLost = isBack = false
    return true
  }
}

interface JobLike {
  readonly data: unknown
  readonly moveToDelayed: (timestamp: number, token?: string) => Promise<void>
}
type Process = (job: JobLike, token?: string) => Promise<void>

/** What the two kinds of queue have in common, and all that Nexus asks of them. */
interface Kind {
  readonly queue: (name: string) => QueueLike
  readonly worker: (name: string, process: Process, concurrency: number) => WorkerLike
  readonly problem: Queue['problem']
  readonly recovered: Queue['recovered']
  /** How long adding is tried again, for a connection that is just being made anew. */
  readonly patienceMs: number
  readonly end: () => Promise<void>
}
interface Emitter {
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown
  readonly close: (force?: boolean) => Promise<void>
}
interface QueueLike extends Emitter {
  readonly addBulk: (jobs: ReturnType<typeof jobOf>[]) => Promise<unknown>
}
type WorkerLike = Emitter

const assemble = (kind: Kind, tenants: readonly string[], onError: (error: Error) => void): Queue => {
  const queues = new Map(
    tenants.map((tenantId): [string, QueueLike] => {
      const queue = kind.queue(queueName(tenantId))
      queue.on('error', onError)
      return [tenantId, queue]
    }),
  )
  const wakes = new Map(
    Array.from(queues, ([tenantId, queue]) => [
      tenantId,
      createWakes((clientIds) => queue.addBulk(clientIds.map(jobOf)), kind.patienceMs),
    ]),
  )
  const workers: WorkerLike[] = []
  return {
    wake: async ({ tenantId, clientId }) => {
      const wake = wakes.get(tenantId)
      if (wake === undefined) throw new Error(`The tenant ${tenantId} has no queue.`)
      await wake(clientId)
    },
    problem: kind.problem,
    recovered: kind.recovered,
    work: (tenantIds, handle, concurrency) => {
      for (const tenantId of tenantIds) {
        const worker = kind.worker(queueName(tenantId), processing(tenantId, handle), concurrency)
        worker.on('error', onError)
        workers.push(worker)
      }
    },
    close: async (deadlineMs) => {
      const closing = Promise.all(workers.map((worker) => worker.close()))
      const late = new Promise<'late'>((resolve) => setTimeout(resolve, deadlineMs, 'late').unref())
      if ((await Promise.race([closing, late])) === 'late')
        await Promise.race([Promise.all(workers.map((worker) => worker.close(true))), delay(1000)])
      await Promise.race([Promise.all([...queues.values()].map((queue) => queue.close())), delay(1000)])
      await Promise.race([kind.end(), delay(1000)])
    },
  }
}

const jobOf = (clientId: string) => ({
  name: 'sync',
  data: { clientId } satisfies z.infer<typeof Payload>,
  // An id of our own: BullMQ's counters start again after a flush, and would meet old ones.
  opts: { jobId: randomUUID(), deduplication: deduplication(clientId) },
})

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

const processing =
  (tenantId: string, handle: (key: ClientKey) => Promise<JobResult>): Process =>
  async (job, token) => {
    const { clientId } = Payload.parse(job.data)
    const next = await handle({ tenantId, clientId })
    if (next.kind === 'done') return
    await job.moveToDelayed(Date.now() + Math.ceil(next.afterMs), token)
    throw new DelayedError()
  }
