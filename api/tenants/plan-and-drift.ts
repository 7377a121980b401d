import type { Clients } from '../../adapters/postgres/clients/clients.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import { lookAt } from '../../domain/changes/tenant-report.ts'
import type { Look } from '../../domain/changes/tenant-report.ts'
import type { Answer, Ask } from '../http/request.ts'
import { admitTo, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { refuseParameters } from '../http/query.ts'

export type Looking = Admitting & {
  readonly clients: Pick<Clients, 'owned'>
  readonly health: Pick<Tenants, 'health'>
}

/**
 * GET /v1/tenants/{tenantId}/plan and …/drift: what would be sent now, and what was changed outside Nexus. They tell of every
 * client, so they need a permission on every client.
 */
export const readLook =
  (deps: Looking, look: Look) =>
  async (ask: Ask): Promise<Answer> => {
    await admitTo(deps, ask, 'client.read.all', 'client.write.all')
    refuseParameters(ask.query)
    const tenant = tenantOf(deps, ask)
    const owned = await deps.clients.owned(tenant.id)
    const total = (await deps.health.health(tenant.id))?.clients ?? owned.length
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify(lookAt(look, owned, total, tenant)),
    }
  }
