import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { storedTimes } from '../../../domain/changes/clock.ts'
import type { ClockLimits, ClockReading, Remedy, StoredTime } from '../../../domain/changes/clock.ts'
import { parsed } from './rows.ts'
import type { Database } from './schema.ts'

/** Milliseconds since 1970. */
const NowRow = z.object({ now: z.number() })

/** The database's clock, and the times in rows that another clock has written. */
export const createClock = (db: Kysely<Database>) => ({
  /** What the database's clock says now. */
  read: async (): Promise<ClockReading> => {
    const asked = performance.now()
    const { rows } = await sql`
      select extract(epoch from clock_timestamp())::float8 * 1000 as now
    `.execute(db)
    return { database: parsed(NowRow, rows)[0]?.now ?? 0, steady: (asked + performance.now()) / 2 }
  },

  /**
   * Takes back every time that somebody waits for and that lies further ahead than it can.
   *
   * @param tenantIds the tenants for which the limits hold
   * @param everywhere also in clients that nothing is to be done for: a look at all of them
   * @returns how many rows there were, by table
   */
  takeBack: async (
    limits: ClockLimits,
    tenantIds: readonly string[],
    everywhere: boolean,
  ): Promise<Readonly<Record<string, number>>> => {
    const repaired: Record<string, number> = {}
    for (const [table, columns] of Object.entries(storedTimes)) {
      const waits = Object.entries(columns).filter(isWait)
      if (waits.length === 0) continue
      const { numAffectedRows = 0n } = await sql`
        update nexus.${sql.raw(table)} set ${sql.join(waits.map(([name, time]) => restored(name, time, limits)))}
        where tenant_id = any(${[...tenantIds]}) and (${sql.join(
          waits.map(([name, time]) => beyond(name, time, limits)),
          sql` or `,
        )})
          ${everywhere ? sql`` : (narrowed[table] ?? sql``)}
      `.execute(db)
      if (numAffectedRows > 0n) repaired[table] = Number(numAffectedRows)
    }
    return repaired
  },
})

export type Clock = ReturnType<typeof createClock>

type Wait = Extract<StoredTime, { kind: 'wait' }>

const isWait = (entry: [string, StoredTime]): entry is [string, Wait] => entry[1].kind === 'wait'

/** Where a table is large, the rows for which there is something to do: an index has them. */
const narrowed: Readonly<Record<string, RawBuilder<unknown>>> = {
  clients: sql`and (generation > settled_generation or verify_at is not null)`,
}

const furthest = ({ ms }: Wait, limits: ClockLimits) =>
  sql`clock_timestamp() + ${ms(limits)}::float8 * interval '1 millisecond'`

const beyond = (name: string, time: Wait, limits: ClockLimits) => sql`${sql.raw(name)} > ${furthest(time, limits)}`

const restored = (name: string, time: Wait, limits: ClockLimits) => sql`
  ${sql.raw(name)} = case when ${beyond(name, time, limits)} then ${remedies[time.remedy](furthest(time, limits))}
    else ${sql.raw(name)} end`

const remedies: Readonly<Record<Remedy, (furthest: RawBuilder<unknown>) => RawBuilder<unknown>>> = {
  now: () => sql`clock_timestamp()`,
  furthest: (time) => time,
  never: () => sql`null::timestamptz`,
  'once-unlocked': (time) => sql`case when lock is null then clock_timestamp() else ${time} end`,
}
