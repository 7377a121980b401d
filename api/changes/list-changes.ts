import { z } from 'zod'
import type { Changes } from '../../adapters/postgres/changes/changes.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { changeView } from './change-view.ts'
import { requireClientPermission, askerOf, clientIdOf, tenantOf } from '../http/access.ts'
import type { Admitting } from '../http/access.ts'
import type { KnownClients } from '../clients/client-cache.ts'
import { parseQuery } from '../http/query.ts'
import { mustRead } from '../clients/access.ts'

/** A cursor is the generation of the last change on the page before. */
const Query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.coerce.number().int().min(1).optional(),
})

/** GET /v1/tenants/{tenantId}/clients/{clientId}/changes: who changed what, newest first. */
export const listChanges =
  (deps: Admitting & { readonly changes: Pick<Changes, 'list'> }, known: KnownClients) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const caller = await requireClientPermission(deps, request, 'read')
    const { limit, cursor } = parseQuery(
      Query,
      request.query,
      'limit (1 to 100) and cursor (the next of the page before)',
    )
    const tenant = tenantOf(deps, request)
    const record = await known.find(tenant, clientIdOf(request), askerOf(caller, 'read', request.gone))
    mustRead(tenant, caller, record)
    const found = await deps.changes.list(record.key, limit + 1, cursor)
    const page = found.slice(0, limit)
    return {
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
      body: JSON.stringify({
        changes: page.map(changeView),
        next: found.length > limit ? String(page.at(-1)?.generation ?? '') : null,
      }),
    }
  }
