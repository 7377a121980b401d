import { Readable } from 'node:stream'
import type { Audit } from '../../adapters/postgres/audit.ts'
import type { AuditRecord } from '../../domain/access/audit.ts'
import { csvLine } from '../../domain/texts/csv.ts'
import { tenantOf } from '../http/access.ts'
import type { TenantsById } from '../http/access.ts'
import { parseQuery } from '../http/query.ts'
import type { ApiRequest, StreamedResponse } from '../http/request.ts'
import { AuditFilters } from './list-audit.ts'

/** Records of one export. */
const mostExported = 100_000

/** What stands in each column. */
const columns: Readonly<Record<string, (record: AuditRecord) => string | number | null>> = {
  id: ({ id }) => id,
  at: ({ at }) => at,
  tenantId: ({ tenantId }) => tenantId,
  actorKind: ({ actor }) => actor?.kind ?? null,
  actorId: ({ actor }) => actor?.id ?? null,
  application: ({ actor }) => actor?.application ?? null,
  address: ({ address }) => address,
  requestId: ({ requestId }) => requestId,
  action: ({ action }) => action,
  target: ({ target }) => target,
  changeId: ({ changeId }) => changeId,
  outcome: ({ outcome }) => outcome,
  reason: ({ reason }) => reason,
  missing: ({ missing }) => missing,
  count: ({ count }) => count,
}

const lineOf = (record: AuditRecord): string => csvLine(Object.values(columns).map((cell) => cell(record)))

/** The head and the lines, a page at a time: the next one is read when the last is on its way. */
const linesOf = async function* (pages: AsyncGenerator<AuditRecord[]>): AsyncGenerator<string, void, void> {
  let left = mostExported
  let head = csvLine(Object.keys(columns))
  for await (const records of pages) {
    yield head + records.slice(0, left).map(lineOf).join('')
    head = ''
    left -= records.length
    if (left <= 0) return
  }
  if (head !== '') yield head
}

/** GET /v1/tenants/{tenantId}/audit/export: the records as comma separated values, oldest first. */
export const exportAudit =
  (deps: TenantsById & { readonly audit: Pick<Audit, 'pages'> }) =>
  async (request: ApiRequest): Promise<StreamedResponse> => {
    const filter = parseQuery(AuditFilters, request.query, 'since, until, actor, action, outcome and target')
    const { id: tenantId } = tenantOf(deps, request)
    const lines = linesOf(deps.audit.pages({ ...filter, tenantId }))
    // What cannot be read is a problem, and no answer that breaks off.
    const first = await lines.next()
    return {
      status: 200,
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="audit-${tenantId}.csv"`,
        'cache-control': 'no-store',
      },
      body: Readable.from(withFirst(first.value ?? '', lines)),
    }
  }

const withFirst = async function* (first: string, more: AsyncGenerator<string>): AsyncGenerator<string, void, void> {
  yield first
  yield* more
}
