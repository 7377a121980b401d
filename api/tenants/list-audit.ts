import { z } from 'zod'
import type { Audit, AuditPlace } from '../../adapters/postgres/audit.ts'
import { auditActionNames, auditOutcomes } from '../../domain/access/audit.ts'
import { keptName, KeptTime, momentOf } from '../../domain/texts/kept.ts'
import { measured } from '../../domain/texts/lengths.ts'
import type { ApiResponse, ApiRequest } from '../http/request.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { parseQuery } from '../http/query.ts'

/** A cursor is where the page before ended: time and id of its last record. */
const Cursor = measured('time').transform((text, context): AuditPlace => {
  const [, time = '', id] = /^([^_]{27})_(\d{1,15})$/.exec(text) ?? []
  const at = momentOf(time)
  if (at !== undefined) return { at, id: Number(id) }
  context.issues.push({ code: 'custom', input: text, message: 'This is no cursor: take the next of a page, as it is.' })
  return z.NEVER
})

/** Which records are meant. */
export const AuditFilters = z.strictObject({
  since: KeptTime.optional().describe('From then on'),
  until: KeptTime.optional().describe('Before then'),
  actor: keptName('target').optional().describe('A user id, or the name of a service account or of a policy'),
  action: z.enum(auditActionNames).optional().describe('What was decided about'),
  outcome: z.enum(auditOutcomes).optional().describe('How it was decided'),
  target: keptName('target').optional().describe('A client id, the name of a state, the id of a change'),
})

export const AuditQuery = AuditFilters.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many on a page'),
  cursor: Cursor.optional().describe('`next` of the page before'),
})

const parameters =
  'since, until, actor, action, outcome, target, limit (1 to 1000) and cursor (the next of the page before)'

/** GET /v1/tenants/{tenantId}/audit: who was let do what, and who was not; newest first. */
export const listAudit =
  (deps: TenantsById & { readonly audit: Pick<Audit, 'page'> }) =>
  async (request: ApiRequest): Promise<ApiResponse> => {
    const { limit, cursor, ...filter } = parseQuery(AuditQuery, request.query, parameters)
    const { id: tenantId } = tenantOf(deps, request)
    const found = await deps.audit.page(
      { ...filter, tenantId },
      { limit: limit + 1, newestFirst: true, ...(cursor && { after: cursor }) },
    )
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: JSON.stringify({ records: page, next: last === undefined ? null : `${last.at}_${last.id}` }),
    }
  }
