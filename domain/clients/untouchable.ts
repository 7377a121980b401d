import type { Auth0Client } from '../vocabulary.ts'

/** Clients of a tenant that are none for Nexus: it neither lists nor changes them. */

/** "All Applications": a PATCH of it would change the tenant's login page. */
export const isGlobal = (client: Auth0Client): boolean => client['global'] === true

/**
 * Whether a client may be kept: it is neither the global one nor Nexus' own, whose owner could take its callbacks, and with
 * them the tenant.
 *
 * @param ownClientId the client that Nexus signs in to the tenant as
 */
export const isKeptBeside =
  (ownClientId: string) =>
  ({ clientId, client }: { readonly clientId: string; readonly client: Auth0Client }): boolean =>
    !isGlobal(client) && clientId !== ownClientId
