import type { Operation, Operations } from '../../adapters/postgres/changes/operations.ts'
import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import { hasPermission } from '../../domain/access/authorize.ts'
import { isUuid } from '../../domain/texts/kept.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { noSuchOperation, viewFor } from './answer-operation.ts'
import { isDone } from './operation-view.ts'
import { refuseParameters } from '../http/query.ts'
import { forbidden } from '../http/problem.ts'

interface ReadingOperations {
  readonly operations: Pick<Operations, 'find'>
  readonly clients: Pick<Clients, 'accessRecords'>
}

/** GET /v1/tenants/{tenantId}/operations/{operationId}: how far changes are that were asked for together. */
export const readOperation =
  (deps: TenantsById & ReadingOperations) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    const id = request.params['operationId'] ?? ''
    const operation = isUuid(id) ? await deps.operations.find(tenant.id, id) : undefined
    if (operation === undefined) throw noSuchOperation()
    mustSee(caller, operation)
    const view = await viewFor(deps, tenant, caller, operation)
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache', ...(isDone(view) ? {} : { 'retry-after': '1' }) },
      body: JSON.stringify(view),
    }
  }

/** Its author may see it, through whatever application, and whoever may read every client. @throws Problem 403 */
const mustSee = (caller: Caller, { author, tenantId }: Operation): void => {
  if (author.kind === caller.kind && author.id === caller.id) return
  const everywhere = hasPermission(caller, ['client.read.all', 'client.write.all'], tenantId)
  if (!everywhere.allowed) throw forbidden(`Somebody else asked for this. ${everywhere.detail}`, everywhere.needs)
}
