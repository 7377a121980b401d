import { tellProblem } from '../../domain/redis/fitness.ts'
import type { RedisProblem } from '../../domain/redis/fitness.ts'
import type { RedisKind } from '../../domain/redis/place.ts'

/** Redis cannot do the work of the queue; the message says why, and what to do. */
export class RedisUnfit extends Error {
  override readonly name = 'RedisUnfit'
  readonly problem: RedisProblem
  constructor(problem: RedisProblem, kind: RedisKind) {
    super(`Redis (redis.${kind}) cannot be used for the queue. ${tellProblem(problem)} ${problem.remedy}`)
    this.problem = problem
  }
}
