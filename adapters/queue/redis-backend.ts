import { createRedisBackend } from 'bullmq'
import type { RedisClient } from './connection.ts'

/** What asking for a job answers where there is none, in BullMQ's form: job, id, rate limit, time of a delayed job. */
const noJob = [null, 0, 0, 0]

/**
 * BullMQ's backend, which asks less often whether there is one more job.
 *
 * With every job that it hands out, BullMQ leaves a marker for whoever takes the next one, whether there is a next one or
 * not: the worker finds that out by two more scripts for each job, one to fill its free places, and one when it meets the
 * marker. Here, after a job, it takes its marker back and looks at the lengths, which costs three small commands. In this
 * order: a job that is added after the look sets the marker anew, so none is overlooked. Should the process die between
 * the two, others look within `drainDelay`, as they do when it dies with a marker in its hands.
 *
 * @param connection that of the worker
 */
export const frugalRedisBackend =
  (connection: RedisClient): typeof createRedisBackend =>
  (...of) => {
    const backend = createRedisBackend(...of)
    const ask = backend.moveToActive.bind(backend)
    let handedOut = false
    const isEmpty = async (): Promise<boolean> => {
      const replies =
        (await connection
          .pipeline()
          .zrem(backend.toKey('marker'), '0')
          .llen(backend.toKey('wait'))
          .zcard(backend.toKey('delayed'))
          .exec()) ?? []
      for (const [error] of replies) if (error !== null) throw error
      return replies.slice(1).every(([, length]) => length === 0)
    }
    return Object.assign(backend, {
      moveToActive: async (...by: Parameters<typeof ask>): ReturnType<typeof ask> => {
        if (handedOut && (await isEmpty())) {
          handedOut = false
          return noJob
        }
        const answer = await ask(...by)
        handedOut = answer[0] !== null && answer[0] !== undefined
        return answer
      },
    })
  }
