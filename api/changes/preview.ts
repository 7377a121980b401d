import type { TenantConfiguration } from '../../adapters/config/configuration.ts'
import type { ClientRecord } from '../../adapters/postgres/clients/client-record.ts'
import type { Acceptance } from '../../domain/changes/accept.ts'
import { withChange } from '../../domain/changes/plan.ts'
import { previewOf } from '../../domain/changes/preview.ts'
import { viewOf } from '../../domain/clients/view.ts'
import type { ApiResponse } from '../http/request.ts'
import { readAnswer } from '../clients/client-answer.ts'
import { warningLines } from './warning-lines.ts'

/**
 * The client as an accepted patch would make it, for `?dryRun=true`, and in `preview` what that comes to: nothing has been
 * stored, and nothing is sent.
 */
export const previewAnswer = (
  tenant: TenantConfiguration,
  record: ClientRecord,
  { values, warnings = [], changesNothing }: Extract<Acceptance, { kind: 'accepted' }>,
): ApiResponse => {
  const { etag = null, 'nexus-warning': lines } = readAnswer(tenant, record, warningLines(warnings)).headers
  const { metadataKeys } = tenant
  return {
    status: 200,
    headers: {
      'cache-control': 'no-store',
      'nexus-dry-run': 'true',
      ...(lines === undefined ? {} : { 'nexus-warning': lines }),
    },
    body: JSON.stringify({
      ...viewOf(withChange(record, values), record.terraform.states.length > 0, metadataKeys),
      preview: {
        detail: 'Nothing was done. This is what the request would change, without dryRun.',
        // For the `If-Match` of the request that is to do just this.
        etag,
        ...previewOf(record, values, changesNothing, metadataKeys),
        waitingChanges: record.pending.length,
        ...(warnings.length === 0 ? {} : { warnings }),
      },
    }),
  }
}
