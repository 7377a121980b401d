import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { ReplicationFacts } from '../../../domain/installation/replication.ts'
import { integer } from './columns.ts'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'

const FactsRow = z.object({
  standbys: integer,
  waited_for: integer.nullable(),
  names: z.string(),
  commit: z.string(),
})

/** What the server tells of its standbys; whoever may not see more sees how many there are (`pg_read_all_stats`). */
export const replicationOf = async (db: Kysely<Database>): Promise<ReplicationFacts> => {
  const { rows } = await sql`
    select count(pid)::int as standbys,
           case when bool_and(state is not null)
             then (count(pid) filter (where sync_state in ('sync', 'quorum')))::int end as waited_for,
           current_setting('synchronous_standby_names') as names,
           current_setting('synchronous_commit') as commit
    from pg_stat_replication where state is null or state = 'streaming'`.execute(db)
  const [row] = parsed(FactsRow, rows)
  if (row === undefined) throw new Error('The database answered nothing.')
  const { standbys, waited_for: waitedFor, names, commit } = row
  return { standbys, waitedFor, names, commit }
}
