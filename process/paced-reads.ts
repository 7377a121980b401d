import type { Auth0Reads } from '../api/clients/auth0-reads.ts'
import type { Auth0 } from '../adapters/auth0/auth0.ts'
import type { Asker, Pacer } from '../adapters/auth0/pacer.ts'
import type { Reply } from '../domain/changes/verdict.ts'

/** Readings for requests, each of which waits its turn in the tenant's budget. */
export const pacedReads = (pacer: Pacer, auth0: Auth0): Auth0Reads => {
  const paced = async <Body>(
    tenantId: string,
    asker: Asker,
    read: () => Promise<Reply<Body>>,
  ): Promise<Reply<Body>> => {
    await pacer.slot(tenantId, 'read-clients', { rank: 'request', asker })
    const reply = await read()
    await pacer.report(tenantId, 'read-clients', reply)
    return reply
  }
  return {
    get: (key, asker) => paced(key.tenantId, asker, () => auth0.get(key)),
    list: (tenantId, from, take, asker) => paced(tenantId, asker, () => auth0.list(tenantId, from, take)),
    readSecret: (key, asker) => paced(key.tenantId, asker, () => auth0.readSecret(key)),
  }
}
