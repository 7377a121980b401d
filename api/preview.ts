import type { TenantConfiguration } from '../adapters/config/configuration.ts'
import type { ClientRecord } from '../adapters/postgres/records.ts'
import type { Acceptance } from '../domain/accept.ts'
import { previewOf } from '../domain/preview.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './client-answer.ts'

/** What an accepted patch would change, for `?dryRun=true`: nothing has been stored, and nothing is sent. */
export const previewAnswer = (
  tenant: TenantConfiguration,
  record: ClientRecord,
  { values, changesNothing }: Extract<Acceptance, { kind: 'accepted' }>,
): Answer => {
  const { etag = null, 'nexus-warning': warnings } = readAnswer(tenant, record).headers
  return {
    status: 200,
    headers: {
      'cache-control': 'no-store',
      'nexus-dry-run': 'true',
      ...(warnings === undefined ? {} : { 'nexus-warning': warnings }),
    },
    body: JSON.stringify({
      dryRun: true,
      detail: 'Nothing was done. This is what the request would change, without dryRun.',
      clientId: record.key.clientId,
      // For the `If-Match` of the request that is to do just this.
      etag,
      ...previewOf(record, values, changesNothing, tenant.metadataKeys),
      waitingChanges: record.pending.length,
    }),
  }
}
