import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { driftOf } from '../../../domain/clients/desired.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { Database } from '../database/schema.ts'
import type { KnownDrift, StateKey } from './state-rows.ts'
import { deciding } from '../clients/holdings.ts'

/** Owned fields of the state's clients that are not as confirmed, as far as Nexus has seen. */
export const knownDrift = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  keys: MetadataKeys,
): Promise<KnownDrift> => {
  const { rows } = await sql<{ client_id: string; base: Values; observed: Auth0Client }>`
    select c.client_id, c.base, c.observed from nexus.clients c
    where c.tenant_id = ${tenantId} and c.base <> '{}'::jsonb and c.client_id in (
      select r.client_id from ${deciding} r where r.tenant_id = ${tenantId} and r.state = ${name})
  `.execute(trx)
  return Object.fromEntries(
    rows.flatMap(({ client_id, base, observed }) => {
      const paths = driftOf(base, observed, keys).map(({ path }) => path)
      return paths.length === 0 ? [] : [[client_id, paths]]
    }),
  )
}
