import type { Changes } from '../../adapters/postgres/changes/changes.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'
import { Problem } from '../http/problem.ts'
import { findChange } from './read-change.ts'
import type { FindingChanges } from './read-change.ts'
import { mustWrite } from '../clients/access.ts'

/** DELETE /v1/tenants/{tenantId}/changes/{changeId}: takes a change back that still waits. */
export const withdrawChange =
  (deps: TenantsById & FindingChanges & { readonly changes: Pick<Changes, 'withdraw'> }) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    const { change, record } = await findChange(deps, tenant.id, request.params['changeId'] ?? '')
    mustWrite(tenant, caller, record)
    const outcome = await deps.changes.withdraw(change, request.audit, (state) => mustWrite(tenant, caller, state))
    if (outcome === 'under-way')
      throw new Problem('change-under-way', 'A worker is at this client; ask again when it is done.', {
        headers: { 'retry-after': '2' },
      })
    if (outcome === 'settled') {
      const now = await findChange(deps, tenant.id, change.id)
      throw new Problem('change-not-pending', `The change has been ${now.change.status} already.`)
    }
    return { status: 204, headers: {}, body: null }
  }
