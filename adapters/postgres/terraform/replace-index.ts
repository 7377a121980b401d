import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { noteMoved } from '../clients/snapshot-events.ts'
import { ClientIdRow } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { StateKey } from './state-rows.ts'

/**
 * Makes the index of a state anew, in the transaction that stores it: (state, address) → client. What was asked for and
 * has come true is asked for no longer. The database compares and stores: a state may name a hundred thousand clients.
 *
 * @param index a list of `{place, address, type, client_id, tainted, deposed, declared}`, as JSON
 * @param applies whether an apply writes: what it moves is what its configuration says
 */
export const replaceIndex = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  index: string,
  applies: boolean,
): Promise<void> => {
  const moved = applies ? undefined : await movedBy(trx, { tenantId, name }, index)
  if (moved !== undefined) await noteMoved(trx, tenantId, name, moved)
  await sql`delete from nexus.terraform_resources where tenant_id = ${tenantId} and state = ${name}`.execute(trx)
  await sql`
    insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted, deposed, declared)
    select ${tenantId}, ${name}, r.* from jsonb_to_recordset(${index}::jsonb)
      as r(place integer, address text, type text, client_id text, tainted boolean, deposed text, declared boolean)
  `.execute(trx)
  await sql`
    delete from nexus.terraform_requests q
    where q.tenant_id = ${tenantId} and q.state = ${name} and (q.kind = 'adopt') = exists (
      select from nexus.terraform_resources r
      where r.tenant_id = ${tenantId} and r.state = ${name} and r.client_id = q.client_id and r.type = 'auth0_client')
  `.execute(trx)
}

/** A client that will stand elsewhere than now, or nowhere, or does not stand there yet; undefined where none does. */
const movedBy = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  index: string,
): Promise<string | undefined> => {
  const { rows } = await sql`
    with now as (
      select address, client_id from nexus.terraform_resources where tenant_id = ${tenantId} and state = ${name}
    ), next as materialized (
      select address, client_id from jsonb_to_recordset(${index}::jsonb) as r(address text, client_id text)
    )
    select client_id from (
      select 1 as turn, * from (select * from now except select * from next) as gone
      union all select 2, * from (select * from next except select * from now) as come
    ) as moved order by turn, address limit 1
  `.execute(trx)
  return parsed(ClientIdRow, rows)[0]?.client_id
}
