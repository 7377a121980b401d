import type { ApiDeps } from './dependencies.ts'
import { remembering } from './idempotency.ts'
import type { KnownClients } from './known-clients.ts'
import { patchClients } from './patch-clients.ts'
import { readOperation } from './read-operation.ts'
import type { Routes } from './serve.ts'

/** Changes of many clients in one request, and what has come of them. */
export const operationRoutes = (deps: ApiDeps, known: KnownClients): Routes => [
  {
    method: 'PATCH',
    url: '/v1/tenants/:tenantId/clients',
    action: 'client.patch-list',
    answer: remembering(deps, patchClients(deps, known)),
  },
  {
    method: 'GET',
    url: '/v1/tenants/:tenantId/operations/:operationId',
    action: 'change.read',
    answer: readOperation(deps),
  },
]
