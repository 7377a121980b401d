import type { JobsOptions } from 'bullmq'
import type { RedisProblem } from '../../domain/redis/fitness.ts'
import type { RedisConfiguration } from '../config/configuration.ts'

export interface QueueSettings {
  readonly postgresUrl: string
  /** Null: the queue is kept in PostgreSQL. */
  readonly redis: RedisConfiguration | null
  readonly tenants: readonly string[]
  readonly onError: (error: Error) => void
  /** Told every few seconds for as long as Redis cannot do the work. */
  readonly onUnfit: (problem: RedisProblem) => void
}

/** Where the queues of some tenants are. */
export type QueueOnRedis = RedisConfiguration & { readonly tenants: readonly string[] }

/** What the two kinds of queue have in common, and all that Nexus asks of them. */
export interface Kind {
  readonly queue: (name: string) => QueueLike
  readonly worker: (name: string, process: Process, concurrency: number) => WorkerLike
  /** What keeps Redis from doing the work, by the last look; null where nothing does, or the queue is in PostgreSQL. */
  readonly problem: () => RedisProblem | null
  /** Whether it has been lost and is there again since this was last asked: jobs may then be missing. */
  readonly recovered: () => boolean
  /** How long adding is tried again, for a connection that is just being made anew. */
  readonly patienceMs: number
  readonly end: () => Promise<void>
}

interface JobLike {
  readonly data: unknown
  readonly moveToDelayed: (timestamp: number, token?: string) => Promise<void>
}
export type Process = (job: JobLike, token?: string) => Promise<void>

interface Emitter {
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown
  readonly close: (force?: boolean) => Promise<void>
}
export interface QueueLike extends Emitter {
  readonly addBulk: (jobs: NewJob[]) => Promise<unknown>
}
interface NewJob {
  readonly name: string
  readonly data: { readonly clientId: string }
  readonly opts: Pick<JobsOptions, 'jobId' | 'deduplication'>
}
export type WorkerLike = Emitter
