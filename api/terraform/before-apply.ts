import { setTimeout as sleep } from 'node:timers/promises'
import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { ConfigurationMark } from '../../adapters/postgres/clients/snapshot-events.ts'
import type { StateKey } from '../../adapters/postgres/terraform/state-rows.ts'
import type { Tenants } from '../../adapters/postgres/tenants/tenants.ts'
import type { StateLocks } from '../../adapters/postgres/terraform/state-locks.ts'
import type { HeldClients } from '../../adapters/postgres/terraform/held-clients.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import { isApply } from '../../domain/terraform/state-lock.ts'
import type { LockInfo } from '../../domain/terraform/state-lock.ts'
import { verdictOf } from '../../domain/changes/verdict.ts'
import type { Auth0Reads } from '../clients/auth0-reads.ts'
import { presencesOf } from './gone.ts'
import type { Confirming } from './gone.ts'
import { orNoPlace } from '../../adapters/auth0/pacer.ts'
import { pageSize } from '../../adapters/auth0/page-size.ts'
import { within } from '../http/deadline.ts'

/** What lists a tenant's clients in Auth0. */
type Listing = Confirming & { readonly auth0: Pick<Auth0Reads, 'list'>; readonly health: Pick<Tenants, 'health'> }

/** The same for the clients of a state. */
export type LookingBeforeApply = Listing & {
  readonly stateLocks: Pick<StateLocks, 'peek'>
  readonly heldClients: Pick<HeldClients, 'undeclared'>
}

/** How long an apply waits for the look at its clients. */
const patienceMs = 10_000
const againMs = 500
/** More than anybody manages in one state. */
const maximumClients = 100_000
/** Clients that are asked for one by one. One that is gone is enough to refuse the lock. */
const maximumConfirmed = 20

/**
 * The last look before an apply gets the lock of a state that Nexus writes: are its clients still there? One that was
 * deleted in Auth0 since the last scan, and that no declaration gives, would come back as an empty client of the old name.
 * What is gone is noted, so that the configuration is outdated. Where Auth0 cannot be listed in time, the last scan decides.
 *
 * @returns ids of clients that are gone
 */
export const goneBeforeApply = async (
  deps: LookingBeforeApply,
  tenant: TenantConfiguration,
  key: StateKey,
  info: LockInfo,
  configuration: ConfigurationMark,
  asker: Asker,
): Promise<readonly string[]> => {
  if (configuration.snapshot === null || !isApply(info) || !tenant.terraformStates.includes(key.name)) return []
  const state = await deps.stateLocks.peek(key, configuration)
  // It is refused anyway, or answered as before.
  if (state.held || state.outdated) return []
  const clients = await deps.heldClients.undeclared(tenant.id, key.name, maximumClients)
  if (clients.length === 0) return []
  const signal = AbortSignal.any([asker.signal, AbortSignal.timeout(patienceMs)])
  const looking = goneAmong(deps, tenant.id, clients, { ...asker, signal })
  const gone = await within(patienceMs, looking, undefined)
  if (gone === undefined)
    deps.log.warn(
      { ...key, clients: clients.length },
      'Auth0 could not be listed before an apply: the last scan decides',
    )
  return gone ?? []
}

/** @returns undefined where Auth0 did not answer */
const goneAmong = async (
  deps: Listing,
  tenantId: string,
  clients: readonly string[],
  asker: Asker,
): Promise<readonly string[] | undefined> => {
  if ((await deps.health.health(tenantId))?.heldAt) return undefined
  const missing = new Set(clients)
  for (let from: string | undefined; missing.size > 0;) {
    const page = await orNoPlace(deps.auth0.list(tenantId, from, pageSize, asker))
    if (page === undefined || asker.signal.aborted) return undefined
    if (!page.ok) {
      if (verdictOf(page).kind === 'probe') return undefined
      await sleep(againMs)
      continue
    }
    for (const { clientId } of page.body.clients) missing.delete(clientId)
    from = page.body.next
    if (from === undefined) break
  }
  // A list may lag behind: what it lacks is asked for.
  return (await presencesOf(deps, tenantId, [...missing].slice(0, maximumConfirmed), asker)).gone
}
