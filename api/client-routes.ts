import type { ApiDeps } from './dependencies.ts'
import type { KnownClients } from './known-clients.ts'
import { patchClient } from './patch-client.ts'
import { readClient } from './read-client.ts'
import type { Routes } from './serve.ts'

/** `/v1/tenants/{tenantId}/clients/{clientId}` */
export const clientRoutes = (deps: ApiDeps, known: KnownClients): Routes => [
  { method: 'GET', url: '/v1/tenants/:tenantId/clients/:clientId', answer: readClient(deps, known) },
  { method: 'PATCH', url: '/v1/tenants/:tenantId/clients/:clientId', answer: patchClient(deps, known) },
]
