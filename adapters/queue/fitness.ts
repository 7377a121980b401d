import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisFacts, RedisProblem } from '../../domain/redis/fitness.ts'
import { kindOf } from '../../domain/redis/place.ts'
import { inspectRedis, lookForProblem, problemAt } from './inspect.ts'
import type { QueueOnRedis } from './kind.ts'
import { lookAgainMs, lookEveryMs, startWithinMs } from './settings.ts'
import { RedisUnfit } from './unfit.ts'

/**
 * Resolves when Redis can do the work. What may pass by itself, such as a restart or a failover, is waited for.
 *
 * @param onFit told what was found
 * @throws RedisUnfit at once for what will not pass, after `startWithinMs` for what did not
 */
export const untilFit = async (
  place: QueueOnRedis,
  onFit: (facts: RedisFacts) => void = () => undefined,
): Promise<void> => {
  let known: RedisProblem | undefined
  for (const last = performance.now() + startWithinMs; ; await sleep(300)) {
    const left = last - performance.now()
    const facts = await inspectRedis(place, Math.max(left, 500))
    const problem = problemAt(place, facts)
    if (problem === null) return onFit(facts)
    // A look that was cut short tells less than the one before it.
    if (known === undefined || problem.code !== 'unanswering') known = problem
    if (!known.passing || performance.now() + 300 >= last) throw new RedisUnfit(known, kindOf(place))
  }
}

/** What is known of the Redis that a running process works with. */
export interface Fitness {
  /** What kept it from doing the work at the last look; null where nothing did. */
  readonly problem: () => RedisProblem | null
  /** When the last look began that found none, on `performance.now()`. */
  readonly fitAt: () => number
  /** Something has happened: the next look is not to be waited for. */
  readonly lookSoon: () => void
  readonly close: () => void
}

/**
 * Looks at Redis every few seconds, and every second while it cannot do the work.
 *
 * @param onProblem told at each look that finds one
 */
export const watchFitness = (place: QueueOnRedis, onProblem: (problem: RedisProblem) => void): Fitness => {
  let known: RedisProblem | null = null
  let fitAt = performance.now()
  let closed = false
  let timer: NodeJS.Timeout | undefined
  /** When the next look begins; it is not known while one is going on. */
  let nextAt = 0
  const lookIn = (ms: number): void => {
    clearTimeout(timer)
    nextAt = performance.now() + ms
    timer = setTimeout(() => void look(), ms).unref()
  }
  const look = async (): Promise<void> => {
    const began = performance.now()
    const found = await lookForProblem(place)
    if (closed) return
    known = found
    if (found === null) fitAt = began
    else onProblem(found)
    lookIn(found === null ? lookEveryMs : lookAgainMs)
  }
  lookIn(lookEveryMs)
  return {
    problem: () => known,
    fitAt: () => fitAt,
    lookSoon: () => {
      if (nextAt > performance.now() + lookAgainMs) lookIn(lookAgainMs)
    },
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
