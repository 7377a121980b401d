import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { ClientRow, selection, toRecord } from '../clients/client-record.ts'
import type { ClientRecord } from '../clients/client-record.ts'
import { timeInJson } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { isAnswered } from '../servers/sqlstate.ts'
import { statement } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { ChangeRow, toChange } from './changes.ts'
import type { Change } from './changes.ts'

/** A change and its client, as both stand at one moment. */
export interface ChangedClient {
  readonly change: Change
  readonly record: ClientRecord
}

const ChangedRow = z.object({
  ...ClientRow.shape,
  asked: z.array(z.object({ ...ChangeRow.shape, accepted_at: timeInJson, settled_at: timeInJson.nullable() })),
})

const changedClients = statement<{ readonly ids: readonly string[] }>(
  ({ ids }) => sql`
    select record.*, asked.changes as asked
    from (
      select h.tenant_id, h.client_id, jsonb_agg(to_jsonb(h)) as changes
      from nexus.changes h where h.id = any(${ids}::uuid[]) group by h.tenant_id, h.client_id
    ) as asked cross join lateral (
      ${selection} where c.tenant_id = asked.tenant_id and c.client_id = asked.client_id
    ) as record`,
)

/** Finds changes with their clients: those who wait for changes of one client share one reading of it. */
export const createChangedClients = (db: Kysely<Database>) => {
  const find = together<string, ChangedClient | undefined>(async (ids) => {
    const found = new Map<string, ChangedClient>()
    for (const row of parsed(ChangedRow, await changedClients(db, { ids: [...new Set(ids)] }))) {
      const record = toRecord(row)
      for (const change of row.asked.map(toChange)) found.set(change.id, { change, record })
    }
    return ids.map((id) => found.get(id))
  }, isAnswered)
  return {
    /** One change of a tenant, with its client; undefined where there is none of that id. @param id a UUID */
    find: async (tenantId: string, id: string): Promise<ChangedClient | undefined> => {
      const found = await find(id.toLowerCase())
      return found?.change.key.tenantId === tenantId ? found : undefined
    },
  }
}

export type ChangedClients = ReturnType<typeof createChangedClients>
