import { randomUUID } from 'node:crypto'
import { DelayedError } from 'bullmq'
import { z } from 'zod'
import { ClientId } from '../../domain/vocabulary.ts'
import type { RedisProblem } from '../../domain/redis/fitness.ts'
import type { ClientKey } from '../../domain/vocabulary.ts'
import type { Kind, Process, QueueLike, QueueSettings, WorkerLike } from './kind.ts'
import { onPostgres } from './on-postgres.ts'
import { onRedis } from './on-redis.ts'
import { deduplication, queueName } from './settings.ts'
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
  /** Starts working for these tenants; ends by `rest`. */
  readonly work: (
    tenantIds: readonly string[],
    handle: (key: ClientKey) => Promise<JobResult>,
    concurrency: number,
  ) => void
  /** What keeps Redis from doing the work, by the last look; null where nothing does, or the queue is in PostgreSQL. */
  readonly problem: () => RedisProblem | null
  /** Whether it has been lost and is there again since this was last asked: jobs may then be missing. */
  readonly recovered: () => boolean
  /** Ends taking jobs, and waits for the active ones up to `deadlineMs`. What is woken is for others. */
  readonly rest: (deadlineMs: number) => Promise<void>
  /** The same, and closes every connection. */
  readonly close: (deadlineMs: number) => Promise<void>
}

/** A queue for each tenant, on Redis where there is one, on PostgreSQL otherwise: the same behaviour on both. */
export const createQueue = async (settings: QueueSettings): Promise<Queue> =>
  assemble(settings.redis === null ? onPostgres(settings) : await onRedis(settings, settings.redis), settings)

const assemble = (kind: Kind, { tenants, onError }: Pick<QueueSettings, 'tenants' | 'onError'>): Queue => {
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
  const rest: Queue['rest'] = async (deadlineMs) => {
    const closing = Promise.all(workers.map((worker) => worker.close()))
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, deadlineMs, 'late').unref())
    if ((await Promise.race([closing, late])) === 'late')
      await Promise.race([Promise.all(workers.map((worker) => worker.close(true))), delay(1000)])
  }
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
    rest,
    close: async (deadlineMs) => {
      await rest(deadlineMs)
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
