import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'

const IndexRow = z.object({ valid: z.boolean(), building: z.boolean() })

/**
 * Makes an index while others write to its table; nothing where it is there. One that an attempt has left half made is
 * made anew.
 *
 * @param db in no transaction
 * @param name in the schema `nexus`
 * @param on the table with its columns and condition, such as `nexus.changes (settled_at) where …`
 */
export const indexConcurrently = async (db: Kysely<unknown>, name: string, on: RawBuilder<unknown>): Promise<void> => {
  const { rows } = await sql`
    select i.indisvalid as valid,
           exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as building
    from pg_index i where i.indexrelid = to_regclass(${`nexus.${name}`})`.execute(db)
  const [found] = IndexRow.array().parse(rows)
  const index = sql.id(name)
  if (found?.valid === false && !found.building) await sql`drop index concurrently nexus.${index}`.execute(db)
  await sql`create index concurrently if not exists ${index} on ${on}`.execute(db)
}
