import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'

type Pausing = TenantsById & { readonly health: Pick<Tenants, 'pause'>; readonly log: Pick<Log, 'warn'> }

/** POST /v1/tenants/{tenantId}/pause and …/resume: changes are still accepted, but nothing is sent. */
export const pauseTenant =
  (paused: boolean) =>
  (deps: Pausing) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    await deps.health.pause(tenant.id, paused, request.audit)
    deps.log.warn({ tenantId: tenant.id, by: caller.id }, paused ? 'tenant paused' : 'tenant resumed')
    return { status: 204, headers: {}, body: null }
  }
