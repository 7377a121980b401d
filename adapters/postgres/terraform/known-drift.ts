import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import { driftOf } from '../../../domain/clients/desired.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { auth0Client } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { KnownDrift, StateKey } from './state-rows.ts'
import { deciding } from '../clients/holdings.ts'

const OwnedRow = z.object({ client_id: z.string(), base: Values, observed: auth0Client })

/** Owned fields of the state's clients that are not as confirmed, as far as Nexus has seen. */
export const knownDrift = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  keys: MetadataKeys,
): Promise<KnownDrift> => {
  const { rows } = await sql`
    select c.client_id, c.base, c.observed from nexus.clients c
    where c.tenant_id = ${tenantId} and c.base <> '{}'::jsonb and c.client_id in (
      select r.client_id from ${deciding} r where r.tenant_id = ${tenantId} and r.state = ${name})
  `.execute(trx)
  return Object.fromEntries(
    parsed(OwnedRow, rows).flatMap(({ client_id, base, observed }) => {
      const paths = driftOf(base, observed, keys).map(({ path }) => path)
      return paths.length === 0 ? [] : [[client_id, paths]]
    }),
  )
}
