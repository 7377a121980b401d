import { z } from 'zod'
import { headerText } from '../http/request.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { readAnswer } from './client-answer.ts'
import { askerOf, clientIdOf, requirePermission, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { isKnownTo } from '../http/etag.ts'
import type { KnowsClients } from './known-clients.ts'
import { include, parseQuery } from '../http/query.ts'
import { mustRead } from './access.ts'
import { withSecret } from './secret.ts'
import type { ReadingSecrets } from './secret.ts'

export const ClientQuery = z.strictObject({ include })

/** GET /v1/tenants/{tenantId}/clients/{clientId}: the client, read anew from Auth0 where it is too old. */
export const readClient =
  (deps: TenantsById & ReadingSecrets & KnowsClients) =>
  async (request: ApiRequest<'client.secret.read'>, caller: Caller): Promise<ApiResponse> => {
    const { include } = parseQuery(ClientQuery, request.query, 'include (secret)')
    if (include === 'secret') {
      request.decides('client.secret.read')
      requirePermission(caller, 'client.secret.read')
    }
    const tenant = tenantOf(deps, request)
    const asker = askerOf(caller, 'read', request.gone)
    // Read anew before it is decided who may see it: somebody may have been let in, or put out, since.
    const record = await deps.known.refresh(tenant, await deps.known.find(tenant, clientIdOf(request), asker), asker)
    mustRead(tenant, caller, record)
    const answer = readAnswer(tenant, record)
    // Never a 304: the tag says nothing of the secret, which may be another by now.
    if (include === 'secret') return withSecret(deps, record.key, caller, answer, null, request.gone)
    const etag = answer.headers['etag']
    if (typeof etag === 'string' && isKnownTo(headerText(request.headers['if-none-match']), etag))
      return { ...answer, status: 304, body: null }
    return answer
  }
