import { actOnSync } from './sync/act-on-sync.ts'
import { remembering } from './changes/remembering.ts'
import type { KnownClients } from './clients/client-cache.ts'
import { listChanges } from './changes/list-changes.ts'
import { listClients } from './clients/list-clients.ts'
import { patchClient } from './changes/patch-client.ts'
import { pauseClient } from './tenants/pause.ts'
import { readClient } from './clients/read-client.ts'
import { readSync } from './sync/read-sync.ts'
import type { NeedsOf, Routes } from './http/serve.ts'

const client = '/v1/tenants/:tenantId/clients/:clientId'

type Needs = NeedsOf<
  | typeof actOnSync
  | typeof listChanges
  | typeof listClients
  | typeof patchClient
  | typeof pauseClient
  | typeof readClient
  | typeof readSync
  | typeof remembering
>

/** `/v1/tenants/{tenantId}/clients`, `…/{clientId}` and what stands below it */
export const clientRoutes = (deps: Needs, known: KnownClients): Routes => [
  { method: 'GET', url: '/v1/tenants/:tenantId/clients', action: 'client.read', answer: listClients(deps) },
  { method: 'GET', url: client, action: 'client.read', answer: readClient(deps, known) },
  { method: 'PATCH', url: client, action: 'client.patch', answer: remembering(deps, patchClient(deps, known)) },
  { method: 'GET', url: `${client}/sync`, action: 'client.read', answer: readSync(deps, known) },
  { method: 'POST', url: `${client}/sync`, action: 'client.sync', answer: remembering(deps, actOnSync(deps, known)) },
  { method: 'GET', url: `${client}/changes`, action: 'change.read', answer: listChanges(deps, known) },
  { method: 'POST', url: `${client}/pause`, action: 'pause', answer: pauseClient(deps, true) },
  { method: 'POST', url: `${client}/resume`, action: 'resume', answer: pauseClient(deps, false) },
]
