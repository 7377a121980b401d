import type { FastifyReply, FastifyRequest } from 'fastify'
import { createRates } from '../../adapters/limits/rates.ts'
import type { Log } from '../../adapters/log/log.ts'

/** Lines a minute about answers to those who are not known, or are too fast: a flood must not fill a disk. */
const perMinute = 1000

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether somebody with valid credentials asks. */
    isKnown: boolean
  }
}

/**
 * One line for each answer: where, what, how long. Never a body, a header, or an address that a caller made up. Known
 * callers have as many lines as they may send requests; all others share so many a minute, and what goes beyond is counted
 * in the next of theirs.
 *
 * @param now milliseconds of a clock that never goes back
 */
export const createAnswerLog = (log: Pick<Log, 'info'>, now: () => number) => {
  const lines = createRates({ perSecond: perMinute / 60, burst: perMinute }, 1, now)
  let unlogged = 0
  return {
    answered: (request: FastifyRequest, reply: FastifyReply): void => {
      const isBounded = !request.isKnown || reply.statusCode === 429
      if (isBounded && lines.take('') > 0) {
        unlogged += 1
        return
      }
      request.log.info(
        {
          method: request.method,
          route: request.routeOptions.url ?? null,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          ...(isBounded && unlogged > 0 && { unlogged }),
        },
        'answered',
      )
      if (isBounded) unlogged = 0
    },
    /** Tells what has not been told yet. */
    close: (): void => {
      if (unlogged > 0) log.info({ unlogged }, 'answers that had no line of their own')
      unlogged = 0
    },
  }
}
