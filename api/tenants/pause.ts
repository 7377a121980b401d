import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { requireAnyPermission, clientIdOf, noSuchClient, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'

type Logged = Admitting & { readonly log: Pick<Log, 'warn'> }

export type PausingTenants = Logged & { readonly health: Pick<Tenants, 'pause'> }

const done: ApiResponse = { status: 204, headers: {}, body: null }

/** POST /v1/tenants/{tenantId}/pause and …/resume: changes are still accepted, but nothing is sent. */
export const pauseTenant =
  (deps: PausingTenants, paused: boolean) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await requireAnyPermission(deps, request, 'tenant.admin')
    refuseParameters(request.query)
    const tenant = tenantOf(deps, request)
    await deps.health.pause(tenant.id, paused, request.audit)
    deps.log.warn({ tenantId: tenant.id, by: caller.id }, paused ? 'tenant paused' : 'tenant resumed')
    return done
  }

/** POST /v1/tenants/{tenantId}/clients/{clientId}/pause and …/resume: the same for one client. */
export const pauseClient =
  (deps: Logged & { readonly clients: Pick<Clients, 'load' | 'pause'> }, paused: boolean) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await requireAnyPermission(deps, request, 'tenant.admin')
    refuseParameters(request.query)
    const key = { tenantId: tenantOf(deps, request).id, clientId: clientIdOf(request) }
    const record = await deps.clients.load(key)
    if (record === undefined || record.vanished) throw noSuchClient()
    await deps.clients.pause(key, paused, request.audit)
    deps.log.warn({ ...key, by: caller.id }, paused ? 'client paused' : 'client resumed')
    return done
  }
