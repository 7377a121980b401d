import type { ChangedClient, ChangedClients } from '../../adapters/postgres/changes/changed-clients.ts'
import { isUuid } from '../../domain/texts/kept.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { changeView } from './change-view.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { notFound } from '../http/problem.ts'
import { mustRead } from '../clients/access.ts'

/** Where changes and their clients are found. */
export interface FindingChanges {
  readonly changedClients: Pick<ChangedClients, 'find'>
}

/** A change and its client. @throws Problem 404 */
export const findChange = async (
  { changedClients }: FindingChanges,
  tenantId: string,
  id: string,
): Promise<ChangedClient> => {
  const found = isUuid(id) ? await changedClients.find(tenantId, id) : undefined
  if (found === undefined) throw notFound('There is no such change in this tenant.')
  return found
}

/** GET /v1/tenants/{tenantId}/changes/{changeId}: who changed what, when, and what came of it. */
export const readChange =
  (deps: TenantsById & FindingChanges) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const tenant = tenantOf(deps, request)
    const { change, record } = await findChange(deps, tenant.id, request.params['changeId'] ?? '')
    mustRead(tenant, caller, record)
    return {
      status: 200,
      headers: {
        'cache-control': 'private, no-cache',
        ...(change.status === 'accepted' ? { 'retry-after': '1' } : {}),
      },
      body: JSON.stringify(changeView(change)),
    }
  }
