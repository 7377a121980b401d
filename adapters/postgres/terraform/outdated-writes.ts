import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { Author } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { knownDrift } from './known-drift.ts'
import { authorColumn, integer } from '../database/columns.ts'
import { jsonb } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { StateKey, StateRow } from './state-rows.ts'

/** A write by somebody who held no lock: nothing kept another apply from running beside it. */
export interface UnlockedWrite {
  /** ISO 8601. */
  readonly at: string
  readonly by: Author
}

/** The same, from a configuration that was older than the state. */
export interface OutdatedWrite extends UnlockedWrite {
  /** The count of the configuration, and that of the state. */
  readonly snapshot: number
  readonly current: number
}

const unlockedWrite = { at: z.string(), by: authorColumn }

export const unlockedWriteColumn: z.ZodType<UnlockedWrite> = z.object(unlockedWrite)

export const outdatedWriteColumn: z.ZodType<OutdatedWrite> = z.object({
  ...unlockedWrite,
  snapshot: integer,
  current: integer,
})

/** A write as it is kept: who, what more there is to say, and when. */
export const writeNote = (by: Author, more: Readonly<Record<string, number>> = {}) => sql`
  ${jsonb({ by, ...more })} || jsonb_build_object(
    'at', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`

/** After the last of such writes the clients are looked at once more, when so many milliseconds have passed. */
const onceMoreMs = 60_000

/**
 * Notes such a write: nobody waited for it, and it may have put old values into Auth0. The clients are looked at now, and
 * once more when no other has followed for a while. Drift that the rows know at the first of them stays as it is.
 */
export const noteOutdated = async (
  trx: Transaction<Database>,
  key: StateKey,
  row: StateRow,
  { author, keys }: { readonly author: Author; readonly keys: MetadataKeys },
  counts: { readonly snapshot: number; readonly current: number },
): Promise<void> => {
  const known = row.known_drift ?? (await knownDrift(trx, key, keys))
  const looks = sql`
    , known_drift = ${jsonb(known)}, check_at = clock_timestamp(), check_until = null,
    look_again_at = clock_timestamp() + ${onceMoreMs} * interval '1 millisecond'`
  await sql`
    update nexus.terraform_states
    set outdated_write = ${writeNote(author, counts)} ${row.named ? looks : sql``}
    where tenant_id = ${key.tenantId} and name = ${key.name}
  `.execute(trx)
}
