import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { RegisteredKind } from '../../domain/access/registered.ts'
import { noteEveryMs } from './callers.ts'
import { time } from './database/columns.ts'
import { parsed } from './database/rows.ts'
import type { Database } from './database/schema.ts'

/**
 * How often a use is written down at most: by one process, and by all of them. What is shown is then as exact as the last
 * use of a caller of the database, although a process does not know what others have written.
 */
export const noteUseEveryMs = noteEveryMs / 2

const UseRow = z.object({ name: z.string(), used_at: time })

/**
 * When the applications and accounts of the configuration were last used. Those that it no longer has may still be among
 * them: who asks goes by the names of the configuration.
 */
export const createConfiguredUses = (db: Kysely<Database>) => ({
  /** The last use by name; whoever was never used is not there. */
  of: async (kind: RegisteredKind): Promise<ReadonlyMap<string, Date>> => {
    const { rows } = await sql`select name, used_at from nexus.configured_callers where kind = ${kind}`.execute(db)
    return new Map(parsed(UseRow, rows).map((row) => [row.name, row.used_at]))
  },

  /** Notes that one was used just now, unless another process has just done so. */
  note: async (kind: RegisteredKind, name: string): Promise<void> => {
    await sql`
      insert into nexus.configured_callers as known (kind, name, used_at) values (${kind}, ${name}, clock_timestamp())
      on conflict (kind, name) do update set used_at = excluded.used_at
      where known.used_at <= excluded.used_at - ${noteUseEveryMs} * interval '1 millisecond'
         -- By a clock that has been set since.
         or known.used_at > excluded.used_at
    `.execute(db)
  },
})

export type ConfiguredUses = ReturnType<typeof createConfiguredUses>
