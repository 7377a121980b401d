import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Log } from '../../adapters/log/log.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { clientIdOf, noSuchClient, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'

type Pausing = TenantsById & { readonly clients: Pick<Clients, 'load' | 'pause'>; readonly log: Pick<Log, 'warn'> }

/**
 * POST /v1/tenants/{tenantId}/clients/{clientId}/pause and …/resume: changes of the client are still accepted, but nothing
 * is sent.
 */
export const pauseClient =
  (paused: boolean) =>
  (deps: Pausing) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    refuseParameters(request.query)
    const key = { tenantId: tenantOf(deps, request).id, clientId: clientIdOf(request) }
    const record = await deps.clients.load(key)
    if (record === undefined || record.vanished) throw noSuchClient()
    await deps.clients.pause(key, paused, request.audit)
    deps.log.warn({ ...key, by: caller.id }, paused ? 'client paused' : 'client resumed')
    return { status: 204, headers: {}, body: null }
  }
