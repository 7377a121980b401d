import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { TerraformRequest } from '../../../domain/terraform/placement.ts'
import type { Author, ClientKey } from '../../../domain/vocabulary.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { noteEvent } from '../clients/snapshot-events.ts'
import { terraformRequest } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { lockStateRow } from './state-rows.ts'

/** Requests for adoption into a state and for release from it, until an apply has made them true. */
export const createRequests = (db: Kysely<Database>) => ({
  /**
   * Asks for adoption or release; whatever was asked for the client before is asked for no longer. A configuration that
   * was made before a release, or before the end of another request, would do what nobody wants any more: it counts.
   */
  request: (key: ClientKey, { kind, state }: TerraformRequest, author: Author, audit?: AuditDraft): Promise<void> =>
    recorded(db, audit, async (trx, decided) => {
      const before = await lockRequest(trx, key)
      if (before?.kind === kind && before.state === state) return
      if (before !== null) await dropRequest(trx, key)
      // No state is written between this look and the request: it would have ended what it made true.
      await lockStateRow(trx, { tenantId: key.tenantId, name: state })
      if ((kind === 'adopt') === (await standsIn(trx, key, state))) return
      await sql`
        insert into nexus.terraform_requests (tenant_id, client_id, state, kind, author)
        values (${key.tenantId}, ${key.clientId}, ${state}, ${kind}, ${jsonb(author)})
      `.execute(trx)
      if (kind === 'release') await noteEvent(trx, key, 'release')
      await decided()
    }),

  /** Takes a request back. @returns whether there was one */
  cancel: (key: ClientKey, audit?: AuditDraft): Promise<boolean> =>
    recorded(db, audit, async (trx, decided) => {
      if ((await lockRequest(trx, key)) === null) return false
      await dropRequest(trx, key)
      await decided()
      return true
    }),
})

/** What is asked for a client, whose row is locked for the rest of the transaction: two cannot ask at once. */
const lockRequest = async (
  trx: Transaction<Database>,
  { tenantId, clientId }: ClientKey,
): Promise<TerraformRequest | null> => {
  await sql`select from nexus.clients where tenant_id = ${tenantId} and client_id = ${clientId} for update`.execute(trx)
  const { rows } = await sql`
    select kind, state from nexus.terraform_requests where tenant_id = ${tenantId} and client_id = ${clientId}
  `.execute(trx)
  return parsed(terraformRequest, rows)[0] ?? null
}

const standsIn = async (
  trx: Transaction<Database>,
  { tenantId, clientId }: ClientKey,
  state: string,
): Promise<boolean> => {
  const { rows } = await sql`
    select from nexus.terraform_resources r
    where r.tenant_id = ${tenantId} and r.client_id = ${clientId} and r.state = ${state} and r.type = 'auth0_client' limit 1
  `.execute(trx)
  return rows.length > 0
}

/** Counted while the request is there, so that its state counts it. */
const dropRequest = async (trx: Transaction<Database>, key: ClientKey): Promise<void> => {
  await noteEvent(trx, key, 'cancelled')
  await sql`
    delete from nexus.terraform_requests where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
  `.execute(trx)
}
