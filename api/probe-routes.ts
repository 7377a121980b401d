import type { Answer } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { unavailable } from './problem.ts'
import type { Routes } from './serve.ts'

const ok: Answer = { status: 200, headers: { 'cache-control': 'no-store' }, body: JSON.stringify({ status: 'ok' }) }

/** Probes: `/healthz` says that the process answers, `/readyz` that it can do its work. */
export const probeRoutes = (deps: Pick<ApiDeps, 'ping'>): Routes => [
  { method: 'GET', url: '/healthz', action: 'probe', answer: () => Promise.resolve(ok) },
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
      return ok
    },
  },
]
