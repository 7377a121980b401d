import type { ApiDeps } from './dependencies.ts'
import { readChange } from './read-change.ts'
import type { Routes } from './serve.ts'

/** `/v1/tenants/{tenantId}/changes/{changeId}` */
export const changeRoutes = (deps: ApiDeps): Routes => [
  { method: 'GET', url: '/v1/tenants/:tenantId/changes/:changeId', answer: readChange(deps) },
]
