import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { ClientRecord, Counting } from '../../adapters/postgres/clients/client-record.ts'
import type { Auth0Client } from '../../domain/vocabulary.ts'

/** The clients as the API sees them: from the database, and from Auth0 where that is not enough. */
export interface KnownClients {
  /**
   * A client's row, however old. One that Nexus does not know yet is read from Auth0.
   *
   * @param asker null where Auth0 has been asked already, for many clients at once, and is not to be asked for this one
   * @param counting what waits in the tenant is counted with it, where Nexus knows the client
   * @throws Problem 404 where there is none, or one that Nexus must not touch; 503 where Auth0 cannot be asked
   */
  readonly find: (
    tenant: TenantConfiguration,
    clientId: string,
    asker: Asker | null,
    counting?: Counting,
  ) => Promise<ClientRecord>
  /**
   * The same with an observation younger than the tenant's freshness. Where Auth0 cannot be asked, the record comes
   * back as it was: who needs to know compares its age.
   *
   * @throws Problem 404 where Auth0 no longer has it
   */
  readonly refresh: (tenant: TenantConfiguration, record: ClientRecord, asker: Asker) => Promise<ClientRecord>
  /**
   * The client as Auth0 has it, by a reading that began after a request: what was on its way before may be too old. Several
   * requests share one that began after all of them.
   *
   * @param since when the request came, in milliseconds of `performance.now()`
   * @throws Problem 404 where Auth0 no longer has it, 503 where Auth0 cannot be asked
   */
  readonly readSince: (
    tenant: TenantConfiguration,
    record: ClientRecord,
    asker: Asker,
    since: number,
  ) => Promise<Auth0Client>
  /**
   * Several clients by pages of Auth0's list, from its beginning until all are found: a hundred by one call. Those that
   * stand on no page are not there, unless the list could not be read to its end.
   */
  readonly readPages: (tenant: TenantConfiguration, wanted: ReadonlySet<string>, asker: Asker) => Promise<PagesRead>
}

/** What a handler needs that looks clients up. */
export interface KnowsClients {
  readonly known: KnownClients
}

/** What pages of Auth0's list had of the clients that were looked for. */
export interface PagesRead {
  readonly found: ReadonlyMap<string, Auth0Client>
  /** Where not all pages could be read: after how long to try again, in milliseconds. Null where all were. */
  readonly retryAfterMs: number | null
}
