import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { LockInfo } from '../../../domain/terraform/state.ts'
import type { Author, FieldPath } from '../../../domain/vocabulary.ts'
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

export interface StateRow {
  readonly version: number | null
  readonly versions: number
  readonly highest_serial: number
  readonly snapshot: number
  readonly lock: LockInfo | null
  readonly locked_by: Author | null
  readonly locked_at: Date | null
  readonly lock_ms: number | null
  readonly hold_until: Date | null
  readonly known_drift: KnownDrift | null
  /** Whether the configuration names the state: only then has it power over clients. */
  readonly named: boolean
}

/** Fields of clients that had drifted before an apply began, by client id. */
export type KnownDrift = Readonly<Record<string, readonly FieldPath[]>>

/** All but `others`, which may be as large as the state, and which the driver would parse. */
export const stateColumns = sql`
  s.version, s.versions, s.highest_serial, s.snapshot, s.lock, s.locked_by, s.locked_at, s.hold_until, s.known_drift`

/** The row of a state for the rest of the transaction; made where there is none. */
export const lockStateRow = async (trx: Transaction<Database>, { tenantId, name }: StateKey): Promise<StateRow> => {
  await sql`
    insert into nexus.terraform_states (tenant_id, name) values (${tenantId}, ${name}) on conflict do nothing
  `.execute(trx)
  const { rows } = await sql<StateRow>`
    select ${stateColumns}, extract(epoch from clock_timestamp() - s.locked_at)::float8 * 1000 as lock_ms,
           exists (select from nexus.terraform_named n where n.tenant_id = s.tenant_id and n.state = s.name) as named
    from nexus.terraform_states s where tenant_id = ${tenantId} and name = ${name} for update
  `.execute(trx)
  const [row] = rows
  if (row === undefined) throw new Error(`The row of the state ${name} is gone.`)
  return row
}

/** The lock in a row; null where there is none. */
export const heldLockOf = (
  row: Pick<StateRow, 'lock' | 'locked_by' | 'locked_at' | 'lock_ms'>,
  applyWaitMs: number,
): HeldLock | null =>
  row.lock === null || row.locked_by === null || row.locked_at === null
    ? null
    : { info: row.lock, by: row.locked_by, since: row.locked_at, abandoned: (row.lock_ms ?? 0) > applyWaitMs }
