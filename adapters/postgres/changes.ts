import type { Kysely } from 'kysely'
import type { Caller, ChangeStatus, ClientKey, Issue, Values } from '../../domain/vocabulary.ts'
import type { Database } from './schema.ts'

/** Who made a change: ids only. */
export interface Author {
  readonly kind: Caller['kind'] | 'policy'
  readonly id: string
  readonly application: string | null
}

/** Why a change was rejected. */
export interface Refusal {
  /** `refused` by Auth0, `ignored` by Auth0, or the client has `vanished` from it. */
  readonly reason: 'refused' | 'ignored' | 'vanished'
  readonly detail: string
  readonly issues: readonly Issue[]
}

/** One accepted PATCH: who, what, when, and what came of it. */
export interface Change {
  readonly id: string
  readonly key: ClientKey
  readonly generation: number
  readonly values: Values
  readonly status: ChangeStatus
  readonly author: Author
  readonly acceptedAt: Date
  readonly settledAt: Date | null
  readonly refusal: Refusal | null
  readonly supersededBy: string | null
}

export const authorOf = (caller: Caller): Author => ({
  kind: caller.kind,
  id: caller.id,
  application: caller.application,
})

/** Reads of changes. */
export const createChanges = (db: Kysely<Database>) => ({
  /** One change of a tenant; undefined where there is none of that id. */
  find: async (tenantId: string, id: string): Promise<Change | undefined> => {
    const row = await db
      .selectFrom('nexus.changes')
      .selectAll()
      .where('id', '=', id)
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst()
    return row && toChange(row)
  },

  /** Values of a client's newest changes, to recognise a late write by. */
  recentValues: async ({ tenantId, clientId }: ClientKey): Promise<Values[]> => {
    const rows = await db
      .selectFrom('nexus.changes')
      .select('values')
      .where('tenant_id', '=', tenantId)
      .where('client_id', '=', clientId)
      .orderBy('generation', 'desc')
      .limit(100)
      .execute()
    return rows.map((row) => row.values)
  },
})

export type Changes = ReturnType<typeof createChanges>

interface Row {
  id: string
  tenant_id: string
  client_id: string
  generation: number
  values: Values
  status: ChangeStatus
  author: Author
  accepted_at: Date
  settled_at: Date | null
  refusal: Refusal | null
  superseded_by: string | null
}

const toChange = (row: Row): Change => ({
  id: row.id,
  key: { tenantId: row.tenant_id, clientId: row.client_id },
  generation: row.generation,
  values: row.values,
  status: row.status,
  author: row.author,
  acceptedAt: row.accepted_at,
  settledAt: row.settled_at,
  refusal: row.refusal,
  supersededBy: row.superseded_by,
})
