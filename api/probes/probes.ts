import type { RedisProblem } from '../../domain/redis/fitness.ts'
import type { ApiResponse } from '../http/request.ts'
import { unavailable } from '../http/problem.ts'

/** What is asked whether it works. */
export interface Probed {
  /** Resolves when the database answers. @throws the database's error */
  readonly ping: () => Promise<void>
  readonly queue: { readonly problem: () => RedisProblem | null }
  /** Aborted when this process is to get no more work. */
  readonly leaving: AbortSignal
}

const well = (body: object): ApiResponse => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})

/** GET /healthz: the process answers. */
export const readHealth = () => (): Promise<ApiResponse> => Promise.resolve(well({ status: 'ok' }))

/**
 * GET /readyz: the process can take requests, and should get them. Without the queue it can: changes are accepted, and
 * wait. To take every process out of the load balancer for that would make an outage of a delay, so it stays ready, and
 * says what is wrong.
 */
export const readReadiness = (deps: Probed) => async (): Promise<ApiResponse> => {
  if (deps.leaving.aborted) throw unavailable('This server is shutting down.', 1000)
  try {
    await deps.ping()
  } catch {
    throw unavailable('The database cannot be reached.', 5000)
  }
  const problem = deps.queue.problem()
  return well(problem === null ? { status: 'ok' } : { status: 'degraded', queue: problem.code })
}
