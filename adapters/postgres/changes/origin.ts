import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { ClaimLost, ofClaim } from './idempotency.ts'
import type { Claim } from './idempotency.ts'
import type { Database } from '../database/schema.ts'

/** Where a change comes from, for whoever must find it again: a request with a key, or an element of an operation. */
export type Origin =
  | { readonly kind: 'request'; readonly claim: Claim }
  | { readonly kind: 'element'; readonly operationId: string; readonly place: number }

/**
 * Notes a change with its origin, in the transaction that accepts it: whoever asks for the same again finds it there, or
 * finds that there is none.
 *
 * @throws ClaimLost where the origin has a change already, or is somebody else's
 */
export const noteChange = async (trx: Transaction<Database>, origin: Origin, changeId: string): Promise<void> => {
  const noted = await (
    origin.kind === 'request'
      ? sql`
          update nexus.idempotency_keys set change_id = ${changeId}
          where ${ofClaim(origin.claim)} and change_id is null and answer is null`
      : sql`
          update nexus.operation_elements set change_id = ${changeId}
          where operation_id = ${origin.operationId} and place = ${origin.place}
            and change_id is null and answer is null`
  ).execute(trx)
  if (noted.numAffectedRows !== 1n) throw new ClaimLost()
}
