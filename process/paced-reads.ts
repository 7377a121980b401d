import type { Auth0Reads } from '../api/clients/auth0-reads.ts'
import type { Auth0 } from '../adapters/auth0/auth0.ts'
import { paced } from '../adapters/auth0/pacer.ts'
import type { Asker, Pacer } from '../adapters/auth0/pacer.ts'
import type { Reply } from '../domain/changes/verdict.ts'

/** Readings for requests, each of which waits its turn in the tenant's budget. */
export const pacedReads = (pacer: Pacer, auth0: Auth0): Auth0Reads => {
  const reading = <Body>(tenantId: string, asker: Asker, read: () => Promise<Reply<Body>>): Promise<Reply<Body>> =>
    paced(pacer, tenantId, 'read-clients', { rank: 'request', asker }, read)
  return {
    get: (key, asker) => reading(key.tenantId, asker, () => auth0.get(key)),
    list: (tenantId, from, take, asker) => reading(tenantId, asker, () => auth0.list(tenantId, from, take)),
    readSecret: (key, asker) => reading(key.tenantId, asker, () => auth0.readSecret(key)),
  }
}
