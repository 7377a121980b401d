import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { integer } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { statement } from '../database/statement.ts'

/** How far events can be read. */
export interface Horizon {
  /** Up to here nothing can appear any more: every event is there, or will never be. */
  readonly decided: number
  /** The last position that was given out. */
  readonly last: number
}

const LastRow = z.object({ last: integer })
const WriterRow = z.object({ writer: z.string() })

const lastPosition = statement(
  () => sql`select case when is_called then last_value else 0 end as last from nexus.events_position`,
)

/** The transactions that have written events and have not ended, by their virtual ids; they may have written none. */
const writers = statement(
  () => sql`
    select distinct virtualtransaction as writer from pg_locks
    where locktype = 'relation' and relation = 'nexus.events'::regclass and mode = 'RowExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`,
)

/** Before the first position. */
const unknown = -1
/** Between two looks of the first, milliseconds. */
const againMs = 20

/**
 * Transactions do not end in the order in which they draw positions: a reader who went on past one that has not ended would
 * never see its events. Whoever draws a position holds the table's lock since before, and until the end of the transaction
 * can be seen. So what has been drawn is decided once those have ended who held the lock afterwards: this is how CREATE INDEX
 * CONCURRENTLY waits, too. Transactions that write no events hold up nothing, here or in other databases of the server.
 *
 * @returns looks anew; looks of one process come one after the other
 */
export const createHorizon = (db: Kysely<Database>): (() => Promise<Horizon>) => {
  let decided = unknown
  /** Up to where is decided what these transactions have not ended yet for. */
  let undecided: { readonly upTo: number; readonly writers: ReadonlySet<string> } | undefined

  const look = async (): Promise<Horizon> => {
    // In this order: who draws a position after the first statement is nobody's business.
    const last = parsed(LastRow, await lastPosition(db, {}))[0]?.last ?? 0
    // The database was restored to an earlier time: what was decided is about another future.
    if (last < decided) [decided, undecided] = [unknown, undefined]
    if (last === decided) return { decided, last }
    const now = new Set(parsed(WriterRow, await writers(db, {})).map(({ writer }) => writer))
    const before = undecided && { ...undecided, writers: undecided.writers.intersection(now) }
    if (before?.writers.size === 0) decided = before.upTo
    undecided = before === undefined || before.writers.size === 0 ? { upTo: last, writers: now } : before
    if (now.size === 0) {
      decided = last
      undecided = undefined
    }
    return { decided, last }
  }

  let former: Promise<unknown> = Promise.resolve()
  const inTurn = (): Promise<Horizon> => {
    const next = former.then(look)
    former = next.catch(() => undefined)
    return next
  }
  return async () => {
    let horizon = await inTurn()
    // Of a process that has just started nothing is decided yet, and it must not begin with what is long past.
    while (horizon.decided === unknown) {
      await sleep(againMs)
      horizon = await inTurn()
    }
    return horizon
  }
}
