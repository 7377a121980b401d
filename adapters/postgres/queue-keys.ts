import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

const KeysRow = z.object({ beginning: z.string(), mark: z.string() })

/** How the keys of the queue on Redis begin, at present and before: so that what a change leaves behind can be found. */
export const createQueueKeys = (db: Kysely<Database>) => ({
  /** Notes how they begin at present. @returns that, and every other beginning that is not forgotten */
  use: async (beginning: string) => {
    const { rows } = await sql`
      with present as (
        insert into nexus.queue_keys (beginning, used_at) values (${beginning}, clock_timestamp())
        on conflict (beginning) do update set used_at = excluded.used_at
        returning beginning, mark
      )
      select beginning, mark from present
      union all
      select beginning, mark from nexus.queue_keys where beginning <> ${beginning}
    `.execute(db)
    const all = parsed(KeysRow, rows)
    const present = all.find((keys) => keys.beginning === beginning)
    if (present === undefined) throw new Error('The database has not kept how the keys of the queue begin.')
    return { present, former: all.filter((keys) => keys !== present) }
  },

  /** Nothing is left under this beginning. */
  forget: async (beginning: string): Promise<void> => {
    await sql`delete from nexus.queue_keys where beginning = ${beginning}`.execute(db)
  },
})
