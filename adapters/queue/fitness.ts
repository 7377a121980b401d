import { setTimeout as sleep } from 'node:timers/promises'
import { tellProblem } from '../../domain/redis-fitness.ts'
import type { RedisProblem } from '../../domain/redis-fitness.ts'
import { lookForProblem } from './inspect.ts'
import type { RedisPlace } from './inspect.ts'
import { lookEveryMs, startWithinMs } from './settings.ts'

/** Redis cannot do the work of the queue; the message says why, and what to do. */
export class RedisUnfit extends Error {
  override readonly name = 'RedisUnfit'
  readonly problem: RedisProblem
  constructor(problem: RedisProblem) {
    super(`Redis (redis.url) cannot be used for the queue. ${tellProblem(problem)} ${problem.remedy}`)
    this.problem = problem
  }
}

/**
 * Resolves when Redis can do the work. What may pass by itself, such as a restart or a failover, is waited for.
 *
 * @throws RedisUnfit at once for what will not pass, after `startWithinMs` for what did not
 */
export const untilFit = async (place: RedisPlace): Promise<void> => {
  let known: RedisProblem | undefined
  for (const last = performance.now() + startWithinMs; ; await sleep(300)) {
    const left = last - performance.now()
    const problem = await lookForProblem(place, Math.max(left, 500))
    if (problem === null) return
    // A look that was cut short tells less than the one before it.
    if (known === undefined || problem.code !== 'unanswering') known = problem
    if (!known.passing || performance.now() + 300 >= last) throw new RedisUnfit(known)
  }
}

/** What is known of the Redis that a running process works with. */
export interface Fitness {
  /** What kept it from doing the work at the last look; null where nothing did. */
  readonly problem: () => RedisProblem | null
  readonly close: () => void
}

/** Looks at Redis every few seconds. @param onProblem told at each look that finds one */
export const watchFitness = (place: RedisPlace, onProblem: (problem: RedisProblem) => void): Fitness => {
  let known: RedisProblem | null = null
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    const found = await lookForProblem(place)
    if (closed) return
    known = found
    if (found !== null) onProblem(found)
    timer = setTimeout(() => void look(), lookEveryMs).unref()
  }
  timer = setTimeout(() => void look(), lookEveryMs).unref()
  return {
    problem: () => known,
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
