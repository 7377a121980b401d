import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import { tenantReport } from '../../domain/changes/tenant-report.ts'
import type { TenantReportKind } from '../../domain/changes/tenant-report.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'

type Reporting = TenantsById & {
  readonly clients: Pick<Clients, 'owned'>
  readonly health: Pick<Tenants, 'health'>
}

/**
 * GET /v1/tenants/{tenantId}/plan and …/drift: what would be sent now, and what was changed outside Nexus. They tell of every
 * client, so they need a permission on every client.
 */
export const readTenantReport =
  (look: TenantReportKind) =>
  (deps: Reporting) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    const owned = await deps.clients.owned(tenant.id)
    const total = (await deps.health.health(tenant.id))?.clients ?? owned.length
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify(tenantReport(look, owned, total, tenant)),
    }
  }
