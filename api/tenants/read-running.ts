import type { Standings } from '../../adapters/postgres/tenants/standings.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'
import type { ApiRequest, ApiResponse } from '../http/request.ts'

/** More cannot be looked at; a tenant seldom has as many calls under way. */
const most = 100

/** GET /v1/tenants/{tenantId}/running: the clients that a worker calls Auth0 for now. */
export const readRunning =
  (deps: TenantsById & { readonly standings: Pick<Standings, 'running'> }) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const running = await deps.standings.running(tenantOf(deps, request).id, most)
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify({
        running: running.map(({ clientId, since, until, attempt }) => ({
          client: clientId,
          since: since.toISOString(),
          until: until.toISOString(),
          attempt,
        })),
      }),
    }
  }
