import { z } from 'zod'
import { headerText } from '../http/request.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { readAnswer } from './client-answer.ts'
import { requireClientPermission, askerOf, clientIdOf, requirePermission, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import { isKnownTo } from '../http/etag.ts'
import type { KnownClients } from './client-cache.ts'
import { include, parseQuery } from '../http/query.ts'
import { mustRead } from './access.ts'
import { withSecret } from './secret.ts'
import type { ReadingSecrets } from './secret.ts'

const parameters = z.strictObject({ include })

/** GET /v1/tenants/{tenantId}/clients/{clientId}: the client, read anew from Auth0 where it is too old. */
export const readClient =
  (deps: Admitting & ReadingSecrets, known: KnownClients) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await requireClientPermission(deps, request, 'read')
    const { include } = parseQuery(parameters, request.query, 'include (secret)')
    if (include === 'secret') {
      request.audit.note({ action: 'client.secret.read' })
      requirePermission(caller, 'client.secret.read')
    }
    const tenant = tenantOf(deps, request)
    const asker = askerOf(caller, 'read', request.gone)
    // Read anew before it is decided who may see it: somebody may have been let in, or put out, since.
    const record = await known.refresh(tenant, await known.find(tenant, clientIdOf(request), asker), asker)
    mustRead(tenant, caller, record)
    const answer = readAnswer(tenant, record)
    // Never a 304: the tag says nothing of the secret, which may be another by now.
    if (include === 'secret') return withSecret(deps, record.key, caller, answer, null, request.gone)
    const etag = answer.headers['etag']
    if (typeof etag === 'string' && isKnownTo(headerText(request.headers['if-none-match']), etag))
      return { ...answer, status: 304, body: null }
    return answer
  }
