import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { LockInfo } from '../../../domain/terraform/state-lock.ts'
import type { Author, FieldPath } from '../../../domain/vocabulary.ts'
import { authorColumn, fieldNames, integer, time } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** One Terraform state of a tenant. */
export interface StateKey {
  readonly tenantId: string
  readonly name: string
}

/** A lock, with who got it: names as the caller gave them, and as Nexus knows them. */
export interface HeldLock {
  readonly info: LockInfo
  readonly by: Author
  readonly since: Date
  /** So old that nobody is expected to give it back. */
  readonly abandoned: boolean
}

/** A serial. One from before there was a limit may be beyond a number's precision. */
export const serial = z.number()

/** As it was taken, whatever the limits of a lock are today. */
const lockInfo: z.ZodType<LockInfo> = z.object({
  ID: z.string(),
  Operation: z.string(),
  Info: z.string(),
  Who: z.string(),
  Version: z.string(),
  Created: z.string(),
  Path: z.string(),
})

/** What of a state's row says who holds its lock, and for how many milliseconds (`lockAge`). */
export const lockColumns = {
  lock: lockInfo.nullable(),
  locked_by: authorColumn.nullable(),
  locked_at: time.nullable(),
  lock_ms: z.number().nullable(),
}
const LockRow = z.object(lockColumns)

/** Milliseconds since the lock of the state `s` was taken. */
export const lockAge = sql`extract(epoch from clock_timestamp() - s.locked_at)::float8 * 1000`

/** Fields of clients that had drifted before an apply began, by client id. */
export type KnownDrift = Readonly<Record<string, readonly FieldPath[]>>
export const knownDriftColumn: z.ZodType<KnownDrift> = z.record(z.string(), fieldNames)

/** All but `others`, which may be as large as the state, and which the driver would parse. */
const StateRow = z.object({
  ...lockColumns,
  version: integer.nullable(),
  versions: integer,
  highest_serial: serial,
  snapshot: integer,
  known_drift: knownDriftColumn.nullable(),
  /** Whether the configuration names the state: only then has it power over clients. */
  named: z.boolean(),
})
export type StateRow = z.infer<typeof StateRow>

/** The row of a state for the rest of the transaction; made where there is none. */
export const lockStateRow = async (trx: Transaction<Database>, { tenantId, name }: StateKey): Promise<StateRow> => {
  await sql`
    insert into nexus.terraform_states (tenant_id, name) values (${tenantId}, ${name}) on conflict do nothing
  `.execute(trx)
  const { rows } = await sql`
    select s.version, s.versions, s.highest_serial, s.snapshot, s.lock, s.locked_by, s.locked_at, ${lockAge} as lock_ms,
           s.known_drift,
           exists (select from nexus.terraform_named n where n.tenant_id = s.tenant_id and n.state = s.name) as named
    from nexus.terraform_states s where tenant_id = ${tenantId} and name = ${name} for update
  `.execute(trx)
  const [row] = parsed(StateRow, rows)
  if (row === undefined) throw new Error(`The row of the state ${name} is gone.`)
  return row
}

/** The lock in a row; null where there is none. */
export const heldLockOf = (row: z.infer<typeof LockRow>, applyWaitMs: number): HeldLock | null =>
  row.lock === null || row.locked_by === null || row.locked_at === null
    ? null
    : { info: row.lock, by: row.locked_by, since: row.locked_at, abandoned: (row.lock_ms ?? 0) > applyWaitMs }
