import type { ClientPage } from '../../adapters/auth0/auth0.ts'
import type { Asker } from '../../adapters/auth0/pacer.ts'
import type { Reply } from '../../domain/changes/verdict.ts'
import type { Auth0Client, ClientKey } from '../../domain/vocabulary.ts'

/**
 * What requests read from Auth0. A call that fails is an answer too; it never throws for one.
 *
 * @throws NoPlace where the tenant's rate limit leaves none while the asker waits
 */
export interface Auth0Reads {
  /** One client as Auth0 has it now, secrets stripped. */
  readonly get: (key: ClientKey, asker: Asker) => Promise<Reply<Auth0Client>>
  /** A page of all clients of a tenant. */
  readonly list: (tenantId: string, from: string | undefined, take: number, asker: Asker) => Promise<Reply<ClientPage>>
  /** One client's secret; null where Auth0 does not show it. */
  readonly readSecret: (key: ClientKey, asker: Asker) => Promise<Reply<string | null>>
}
