import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { holdings } from '../clients/holdings.ts'
import type { StateKey } from './state-rows.ts'

/**
 * Ids of clients that a state has and Nexus does not know: those that an apply has just made, and those that Auth0 does not
 * have. None of a state that the configuration does not name: what it says of clients counts for nothing.
 */
export const unmetIn = ({ tenantId, name }: StateKey): RawBuilder<unknown> => sql`
  select distinct r.client_id from ${holdings} r
  where r.tenant_id = ${tenantId} and r.state = ${name} and r.type = 'auth0_client' and not exists (
    select from nexus.clients c where c.tenant_id = r.tenant_id and c.client_id = r.client_id)`
