import { readChange } from './changes/read-change.ts'
import type { NeedsOf, Routes } from './http/serve.ts'
import { withdrawChange } from './changes/withdraw-change.ts'

type Needs = NeedsOf<typeof readChange | typeof withdrawChange>

/** `/v1/tenants/{tenantId}/changes/{changeId}` */
export const changeRoutes = (deps: Needs): Routes => [
  { method: 'GET', url: '/v1/tenants/:tenantId/changes/:changeId', action: 'change.read', answer: readChange(deps) },
  {
    method: 'DELETE',
    url: '/v1/tenants/:tenantId/changes/:changeId',
    action: 'change.withdraw',
    answer: withdrawChange(deps),
  },
]
