import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Author } from '../../../domain/vocabulary.ts'
import type { Change } from './changes.ts'
import { ClaimLost, ofClaim } from './idempotency.ts'
import type { Claim } from './idempotency.ts'
import { authorColumn, issuesColumn, refusalColumn, statusColumn, time } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** Changes of many clients that were asked for in one request. */
export interface Operation {
  readonly id: string
  readonly tenantId: string
  readonly author: Author
  readonly createdAt: Date
  readonly elements: readonly Element[]
}

/** One of them: undecided, a change with what has come of it, or an answer without one: the text that was kept. */
export interface Element {
  readonly clientId: string
  readonly change: Pick<Change, 'id' | 'status' | 'refusal' | 'warnings'> | null
  readonly answer: string | null
}

/** Operations: who asked for what. What has come of it stands with the changes only. */
export const createOperations = (db: Kysely<Database>) => ({
  /**
   * Opens an operation whose elements are all undecided.
   *
   * @param claim the key of its request: noted with it in the same transaction, so that a repetition goes on with it
   * @throws ClaimLost where the key is somebody else's meanwhile; nothing is stored then
   */
  open: (tenantId: string, author: Author, clientIds: readonly string[], claim: Claim | undefined): Promise<string> =>
    db.transaction().execute(async (trx) => {
      const id = randomUUID()
      await sql`
        insert into nexus.operations (id, tenant_id, author) values (${id}, ${tenantId}, ${jsonb(author)})
      `.execute(trx)
      await sql`
        insert into nexus.operation_elements (operation_id, place, client_id)
        select ${id}, place - 1, client_id from unnest(${[...clientIds]}::text[]) with ordinality as t (client_id, place)
      `.execute(trx)
      if (claim === undefined) return id
      const noted = await sql`
        update nexus.idempotency_keys set operation_id = ${id} where ${ofClaim(claim)} and operation_id is null
      `.execute(trx)
      if (noted.numAffectedRows !== 1n) throw new ClaimLost()
      return id
    }),

  /** Keeps what was answered for an element of which no change came; nothing where it is decided already. */
  decide: async (operationId: string, place: number, answer: string): Promise<void> => {
    await sql`
      update nexus.operation_elements set answer = ${answer}
      where operation_id = ${operationId} and place = ${place} and change_id is null and answer is null
    `.execute(db)
  },

  /** Forgets what was answered for elements of which no change came: they are undecided again. */
  reopen: async (operationId: string, places: readonly number[]): Promise<void> => {
    await sql`
      update nexus.operation_elements set answer = null
      where operation_id = ${operationId} and place = any(${[...places]}::integer[]) and change_id is null
    `.execute(db)
  },

  /** An operation of a tenant as it stands; undefined where there is none of that id. */
  find: async (tenantId: string, id: string): Promise<Operation | undefined> => {
    const { rows } = await sql`
      select o.author, o.created_at, e.client_id, e.change_id, e.answer, h.status, h.refusal, h.warnings
      from nexus.operations o join nexus.operation_elements e on e.operation_id = o.id
      left join nexus.changes h on h.id = e.change_id
      where o.id = ${id} and o.tenant_id = ${tenantId}
      order by e.place
    `.execute(db)
    const elements = parsed(ElementRow, rows)
    const [first] = elements
    return (
      first && { id, tenantId, author: first.author, createdAt: first.created_at, elements: elements.map(toElement) }
    )
  },

  /** The id of a change of the operation that still waits and is not stopped; undefined where none does. */
  waiting: async (id: string): Promise<string | undefined> => {
    const { rows } = await sql`
      select h.id from nexus.operation_elements e
      join nexus.changes h on h.id = e.change_id
      join nexus.clients c on c.tenant_id = h.tenant_id and c.client_id = h.client_id
      left join nexus.tenants t on t.tenant_id = h.tenant_id
      where e.operation_id = ${id} and h.status = 'accepted'
        and coalesce(c.paused_at, t.paused_at, t.held_at) is null
      limit 1
    `.execute(db)
    return parsed(IdRow, rows)[0]?.id
  },

  /** Forgets operations that were opened before a time, unless a change of theirs still waits. */
  expire: async (before: Date): Promise<void> => {
    await sql`
      delete from nexus.operations o
      where created_at < ${before}
        and not exists (
          select from nexus.operation_elements e join nexus.changes h on h.id = e.change_id
          where e.operation_id = o.id and h.status = 'accepted')
    `.execute(db)
  },
})

export type Operations = ReturnType<typeof createOperations>

const IdRow = z.object({ id: z.string() })

/** An element, with its operation and what has come of its change. */
const ElementRow = z.object({
  author: authorColumn,
  created_at: time,
  client_id: z.string(),
  change_id: z.string().nullable(),
  answer: z.string().nullable(),
  status: statusColumn.nullable(),
  refusal: refusalColumn.nullable(),
  warnings: issuesColumn.nullable(),
})

const toElement = ({
  client_id: clientId,
  change_id: id,
  answer,
  status,
  refusal,
  warnings,
}: z.infer<typeof ElementRow>): Element => ({
  clientId,
  change: id === null || status === null ? null : { id, status, refusal, warnings: warnings ?? [] },
  answer,
})
