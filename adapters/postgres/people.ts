import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { asOwner } from '../../domain/access/authorize.ts'
import { tablesWithPeople } from '../../domain/access/people.ts'
import type { TableWithPeople } from '../../domain/access/people.ts'
import { parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

/** What is kept about one person, by their id. */

/** The rows of a table that are about somebody, and of each what of it is shown. */
interface Finding {
  readonly rows: (id: string) => RawBuilder<unknown>
  /** What is not shown: secrets, what is encrypted, and what is the same as elsewhere. */
  readonly without?: readonly string[]
}

const by = (column: string) => (id: string) => sql`${sql.ref(`t.${column}`)}->>'id' = ${id}`

/** Whether a list of owners, as JSON, names somebody. */
const owns = (list: RawBuilder<unknown>, id: string): RawBuilder<unknown> =>
  sql`case when jsonb_typeof(${list}) = 'array' then ${list} ? ${id} else false end`

/** Whether a text names somebody: as a word of its own, as one id may be the beginning of another. */
const names = (text: RawBuilder<unknown>, id: string): RawBuilder<unknown> =>
  sql`${text}::text ~ ${`(?<!${partOfId})${id.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}(?!${partOfId})`}`

/** What stands beside a letter of an id is a part of it. */
const partOfId = '[[:alnum:]_|@.-]'

const findings: Readonly<Record<TableWithPeople, Finding>> = {
  audit: { rows: (id) => sql`t.actor_id = ${id}` },
  changes: {
    rows: (id) => sql`
      ${by('author')(id)} or ${owns(sql`t."values"->'owners'`, id)} or ${owns(sql`t."before"->'owners'`, id)}
      or ${names(sql`t.refusal`, id)} or ${names(sql`t.warnings`, id)}`,
  },
  clients: {
    rows: (id) => sql`
      ${owns(sql`t.base->'owners'`, id)} or ${owns(sql`t.contested->'before'->'owners'`, id)}
      or ${names(sql`(t.observed->'client_metadata')`, id)}
      or (t.tenant_id, t.client_id) in (
        select l.tenant_id, l.client_id from nexus.client_listings l where ${admits('l', id)})`,
  },
  client_listings: { rows: (id) => admits('t', id) },
  console_sessions: { rows: (id) => sql`t.user_id = ${id}`, without: ['id_hash', 'sealed'] },
  operations: { rows: by('author') },
  operation_elements: {
    rows: (id) => sql`t.operation_id in (select o.id from nexus.operations o where o.author->>'id' = ${id})
      or ${names(sql`t.answer`, id)}`,
  },
  idempotency_keys: { rows: (id) => sql`${by('caller')(id)} or ${names(sql`t.answer`, id)}` },
  application_tokens: { rows: by('created_by'), without: ['secret_hash', 'previous_hash'] },
  service_accounts: { rows: by('created_by'), without: ['secret_hash', 'previous_hash'] },
  terraform_requests: { rows: by('author') },
  terraform_states: {
    rows: (id) => sql`
      ${by('locked_by')(id)} or ${names(sql`t.outdated_write`, id)} or ${names(sql`t.unlocked_write`, id)}`,
    without: ['others', 'known_drift'],
  },
  terraform_state_versions: { rows: by('written_by'), without: ['sealed'] },
}

/** Whether a listing lets somebody in as an owner: its terms begin with the tenant. */
const admits = (listing: string, id: string): RawBuilder<unknown> => {
  const column = (name: string) => sql.ref(`${listing}.${name}`)
  return sql`
    ${column('tenant_id')} || ' ' || ${asOwner(id)} = any(${column('admits_confirmed')} || ${column('admits_desired')})`
}

const KeptRow = z.object({ row: z.record(z.string(), z.unknown()) })

/** A row about somebody, and the table that it stands in. */
export interface KeptRowOf {
  readonly table: TableWithPeople
  readonly row: Readonly<Record<string, unknown>>
}

/** Rows that are read at once: few enough that they need little memory. */
const atOnce = 500

/**
 * Every row that names somebody, table by table.
 *
 * @param id a user id as it stands in tokens (with the prefix of its issuer, where that has one), or another name that an
 *   owner or an author has
 */
export const keptAbout = async function* (db: Kysely<Database>, id: string): AsyncGenerator<KeptRowOf, void, void> {
  for (const table of tablesWithPeople) {
    const { rows, without = [] } = findings[table]
    for (let offset = 0, found = atOnce; found === atOnce; offset += atOnce) {
      const page = await sql`
        select to_jsonb(t) - ${[...without]}::text[] as row from ${sql.table(`nexus.${table}`)} t
        where ${rows(id)} order by t.ctid limit ${atOnce} offset ${offset}
      `.execute(db)
      found = page.rows.length
      for (const { row } of parsed(KeptRow, page.rows)) yield { table, row }
    }
  }
}
