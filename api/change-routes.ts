import type { ApiDeps } from './dependencies.ts'
import { readChange } from './changes/read-change.ts'
import type { Routes } from './http/serve.ts'
import { withdrawChange } from './changes/withdraw-change.ts'

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
