import { z } from 'zod'
import type { Changes } from '../../adapters/postgres/changes/changes.ts'
import { measured } from '../../domain/texts/lengths.ts'
import type { Caller } from '../../domain/vocabulary.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { changeView } from './change-view.ts'
import { askerOf, clientIdOf, tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import type { KnowsClients } from '../clients/known-clients.ts'
import { parseQuery } from '../http/query.ts'
import { mustRead } from '../clients/access.ts'

/** A cursor is the generation of the last change on the page before. */
const Cursor = measured('cursor')
  .regex(/^[1-9]\d*$/, 'This is no cursor: take the next of a page, as it is.')
  .transform(Number)
  .pipe(z.int())

export const ChangesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('How many on a page'),
  cursor: Cursor.optional().describe('`next` of the page before'),
})

/** GET /v1/tenants/{tenantId}/clients/{clientId}/changes: who changed what, newest first. */
export const listChanges =
  (deps: TenantsById & { readonly changes: Pick<Changes, 'list'> } & KnowsClients) =>
  async (request: ApiRequest, caller: Caller): Promise<ApiResponse> => {
    const { limit, cursor } = parseQuery(
      ChangesQuery,
      request.query,
      'limit (1 to 100) and cursor (the next of the page before)',
    )
    const tenant = tenantOf(deps, request)
    const record = await deps.known.find(tenant, clientIdOf(request), askerOf(caller, 'read', request.gone))
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
