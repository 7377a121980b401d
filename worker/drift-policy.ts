import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { Log } from '../adapters/log/log.ts'
import type { Clients } from '../adapters/postgres/clients.ts'
import { drifts } from '../domain/drift.ts'
import { pick } from '../domain/vocabulary.ts'
import type { ClientKey } from '../domain/vocabulary.ts'

/**
 * What becomes of a confirmed drift. Under `report` it stands in the client's row and in the log. Under `revert` the
 * confirmed values become a change of their own, whose author is the policy: it takes the way of any other change.
 */
export const createDriftPolicy =
  (deps: {
    readonly clients: Clients
    readonly configurations: ReadonlyMap<string, TenantConfiguration>
    readonly log: Log
  }) =>
  async (key: ClientKey): Promise<void> => {
    const tenant = deps.configurations.get(key.tenantId)
    if (tenant === undefined) return
    const reverted = tenant.driftPolicy === 'revert'
    deps.log.warn({ ...key, policy: tenant.driftPolicy }, 'drift confirmed: owned fields were changed in Auth0')
    if (!reverted) return
    await deps.clients.accept(key, { kind: 'policy', id: 'revert', application: null }, (state) => {
      const paths = drifts(state.base, state.observed, tenant.metadataKeys).map(({ path }) => path)
      if (paths.length === 0 || state.pending.length > 0) return { kind: 'nothing-to-revert' }
      return { kind: 'accepted', values: pick(state.base, paths), changesNothing: false }
    })
  }
