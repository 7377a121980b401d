import type { ApiDeps } from './dependencies.ts'
import { readChange } from './read-change.ts'
import type { Routes } from './serve.ts'
import { withdrawChange } from './withdraw-change.ts'

/** `/v1/tenants/{tenantId}/changes/{changeId}` */
export const changeRoutes = (deps: ApiDeps): Routes => [
  { method: 'GET', url: '/v1/tenants/:tenantId/changes/:changeId', action: 'change.read', answer: readChange(deps) },
  {
    method: 'DELETE',
    url: '/v1/tenants/:tenantId/changes/:changeId',
    action: 'change.withdraw',
    answer: withdrawChange(deps),
  },
]
