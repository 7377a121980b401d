import { remembering } from './changes/remembering.ts'
import type { KnownClients } from './clients/client-cache.ts'
import { patchClients } from './changes/patch-clients.ts'
import { readOperation } from './changes/read-operation.ts'
import type { NeedsOf, Routes } from './http/serve.ts'

type Needs = NeedsOf<typeof patchClients | typeof readOperation | typeof remembering>

/** Changes of many clients in one request, and what has come of them. */
export const operationRoutes = (deps: Needs, known: KnownClients): Routes => [
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
