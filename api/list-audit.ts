import { z } from 'zod'
import type { AuditPlace } from '../adapters/postgres/audit.ts'
import { auditActionNames, auditOutcomes } from '../domain/audit.ts'
import { measured } from '../domain/lengths.ts'
import type { Answer, Ask } from './answer.ts'
import type { ApiDeps } from './dependencies.ts'
import { admitTo, tenantOf } from './gate.ts'
import { parseQuery } from './query.ts'

const timeRule = 'a time such as 2026-01-31T08:00:00Z'
const time = measured('time', timeRule).pipe(z.iso.datetime({ offset: true, error: timeRule }))

// oxlint-disable-next-line no-control-regex -- PostgreSQL's text has no NUL
const text = measured('target').regex(/^[^\0]+$/, 'a text')

/** A cursor is where the page before ended: time and id of its last record. */
const Cursor = measured('time', 'the next of the page before')
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z_\d{1,15}$/, 'the next of the page before')
  .transform((text): AuditPlace => {
    const [at = '', id] = text.split('_')
    return { at, id: Number(id) }
  })

const Query = z.strictObject({
  since: time.optional(),
  until: time.optional(),
  actor: text.optional(),
  action: z.enum(auditActionNames).optional(),
  outcome: z.enum(auditOutcomes).optional(),
  target: text.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: Cursor.optional(),
})

const parameters =
  'since, until, actor, action, outcome, target, limit (1 to 1000) and cursor (the next of the page before)'

/** GET /v1/tenants/{tenantId}/audit: who was let do what, and who was not; newest first. */
export const listAudit =
  (deps: ApiDeps) =>
  async (ask: Ask): Promise<Answer> => {
    await admitTo(deps, ask, 'tenant.admin')
    const { limit, cursor, ...filter } = parseQuery(Query, ask.query, parameters)
    const { id: tenantId } = tenantOf(deps, ask)
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
