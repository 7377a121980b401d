import { sql } from 'kysely'

/**
 * What states say of clients, as far as it counts: `nexus.terraform_resources` of the states that the configuration names,
 * with `own`. To stand in a FROM, with an alias.
 */
export const holdings = sql`(
  select held.*, named.own from nexus.terraform_resources held
  join nexus.terraform_named named on named.tenant_id = held.tenant_id and named.state = held.state)`

/** Of these, those that decide: where a state that Nexus writes has the client, another has no say in it. */
export const deciding = sql`(
  select held.*, named.own from nexus.terraform_resources held
  join nexus.terraform_named named on named.tenant_id = held.tenant_id and named.state = held.state
  where named.own or not exists (
    select from nexus.terraform_resources ours
    join nexus.terraform_named writes on writes.tenant_id = ours.tenant_id and writes.state = ours.state and writes.own
    where ours.tenant_id = held.tenant_id and ours.client_id = held.client_id and ours.type = 'auth0_client'))`

/** The ids of all clients of a tenant that have a place in these states: each for every place. */
export const managedClients = (tenantId: string) => sql`
  select held.client_id from nexus.terraform_resources held
  where held.tenant_id = ${tenantId} and held.type = 'auth0_client' and held.state = any (array(
    select named.state from nexus.terraform_named named where named.tenant_id = ${tenantId}))`
