import type { RedisProblem } from '../../domain/redis-fitness.ts'
import type { ApiResponse } from '../http/request.ts'
import { unavailable } from '../http/problem.ts'
import type { Routes } from '../http/serve.ts'

/** What is asked whether it works. */
export interface Probed {
  /** Resolves when the database answers. @throws the database's error */
  readonly ping: () => Promise<void>
  readonly queue: { readonly problem: () => RedisProblem | null }
}

const well = (body: object): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})

/**
 * Probes: `/healthz` says that the process answers, `/readyz` that it can take requests. Without the queue it can: changes
 * are accepted, and wait. To take every process out of the load balancer for that would make an outage of a delay, so it
 * stays ready, and says what is wrong.
 */
export const probeRoutes = (deps: Probed): Routes => [
  { method: 'GET', url: '/healthz', action: 'probe', answer: () => Promise.resolve(well({ status: 'ok' })) },
  {
    method: 'GET',
    url: '/readyz',
    action: 'probe',
    answer: async () => {
      try {
        await deps.ping()
      } catch {
        throw unavailable('The database cannot be reached.', 5000)
      }
      const problem = deps.queue.problem()
      return well(problem === null ? { status: 'ok' } : { status: 'degraded', queue: problem.code })
    },
  },
]
