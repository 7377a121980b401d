import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { AccessRecord, Clients } from '../../adapters/postgres/clients/clients.ts'
import type { EventPage, PlacedEvent } from '../../adapters/postgres/events/events.ts'
import { claimsOf } from '../../domain/access/authorize.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import { readableOf } from '../clients/access.ts'
import { maySeeState } from '../http/access.ts'

/** Which events of a page somebody is shown. */
export type Visible = (
  page: EventPage,
  tenant: TenantConfiguration,
  caller: Caller,
) => Promise<(event: PlacedEvent) => boolean>

/**
 * Decides at the moment when a page is sent: an event of a client is for who may read the client now, one of a Terraform
 * state for who may know of the state, and one of the tenant for all who were let in. What decides is read once for all who
 * are sent a page.
 */
export const createVisible = (clients: Pick<Clients, 'accessRecords'>): Visible => {
  const known = new WeakMap<EventPage, Promise<ReadonlyMap<string, AccessRecord>>>()
  const recordsOf = (page: EventPage, tenantId: string) => {
    const ids = [...new Set(page.events.flatMap(({ clientId }) => clientId ?? []))]
    const records = known.get(page) ?? clients.accessRecords(tenantId, ids)
    known.set(page, records)
    return records
  }
  return async (page, tenant, caller) => {
    const isReadable =
      claimsOf(caller, 'read') === 'all' ? () => true : readableOf(tenant, caller, await recordsOf(page, tenant.id))
    return ({ clientId, state }) => {
      if (clientId !== null) return isReadable(clientId)
      return state === null || maySeeState(caller, state)
    }
  }
}
