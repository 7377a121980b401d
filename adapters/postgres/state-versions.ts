import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { highestSerial } from '../../domain/terraform-state.ts'
import type { Author } from '../../domain/vocabulary.ts'
import type { Sealing } from '../sealing/sealing.ts'
import { SealingError } from '../sealing/sealing.ts'
import type { Database } from './schema.ts'
import type { StateKey } from './state-rows.ts'

/** One version of a state, without its text. */
export interface StateVersion {
  readonly version: number
  readonly current: boolean
  readonly serial: number
  readonly lineage: string
  readonly terraformVersion: string
  readonly bytes: number
  readonly keyId: string
  readonly restoredFrom: number | null
  readonly writtenAt: Date
  readonly writtenBy: Author
}

/** A version's text, as it is kept. */
export interface SealedRow {
  readonly version: number
  readonly key_id: string
  readonly sealed: Buffer
}

/** What a version is sealed as: one text cannot be put into the place of another. */
export const contextOf = ({ tenantId, name }: StateKey, version: number): string => `${tenantId}/${name}/${version}`

/**
 * The highest serial in the row of a state. A state from before there was a limit may be beyond it, where nothing could
 * follow: then the highest that is kept below it counts.
 */
export const saneSerial: RawBuilder<number> = sql`
  case when terraform_states.highest_serial <= ${highestSerial} then terraform_states.highest_serial
  else coalesce((select max(v.serial) from nexus.terraform_state_versions v
                 where v.tenant_id = terraform_states.tenant_id and v.state = terraform_states.name
                   and v.serial <= ${highestSerial}), 0) end`

/** The versions that are kept, newest first. */
export const versionsOf = async (db: Kysely<Database>, key: StateKey): Promise<StateVersion[]> => {
  const { rows } = await sql<VersionRow>`
    select v.version, s.version is not distinct from v.version as current, serial, lineage, terraform_version, bytes,
           key_id, restored_from, written_at, written_by
    from nexus.terraform_state_versions v
    join nexus.terraform_states s on s.tenant_id = v.tenant_id and s.name = v.state
    where v.tenant_id = ${key.tenantId} and v.state = ${key.name} order by v.version desc
  `.execute(db)
  return rows.map(toVersion)
}

/**
 * Seals what an older key has sealed with the first one, a version at a time, so that the older key can go. A version that
 * cannot be opened stays as it is, and the next is tried.
 *
 * @param onVersion called after each
 * @returns how many were sealed anew, and why others could not be opened
 */
export const sealAllAnew = async (
  db: Kysely<Database>,
  sealing: Sealing,
  onVersion: (done: number, of: number) => void,
): Promise<{ readonly versions: number; readonly unreadable: readonly string[] }> => {
  const { rows } = await sql<{ tenant_id: string; state: string; version: number }>`
    select tenant_id, state, version from nexus.terraform_state_versions where key_id <> ${sealing.keyId}
    order by tenant_id, state, version
  `.execute(db)
  const unreadable: string[] = []
  for (const [index, { tenant_id: tenantId, state: name, version }] of rows.entries()) {
    try {
      await sealAnew(db, sealing, { tenantId, name }, version)
    } catch (error) {
      if (!(error instanceof SealingError)) throw error
      unreadable.push(`${tenantId}/${name}, version ${version}: ${error.message}`)
    }
    onVersion(index + 1, rows.length)
  }
  return { versions: rows.length - unreadable.length, unreadable }
}

const sealAnew = (db: Kysely<Database>, sealing: Sealing, key: StateKey, version: number): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const { rows } = await sql<SealedRow>`
      select version, key_id, sealed from nexus.terraform_state_versions
      where tenant_id = ${key.tenantId} and state = ${key.name} and version = ${version} for update
    `.execute(trx)
    const [row] = rows
    if (row === undefined) return
    const context = contextOf(key, version)
    const { keyId, bytes } = sealing.seal(sealing.open({ keyId: row.key_id, bytes: row.sealed }, context), context)
    await sql`
      update nexus.terraform_state_versions set key_id = ${keyId}, sealed = ${bytes}
      where tenant_id = ${key.tenantId} and state = ${key.name} and version = ${version}
    `.execute(trx)
  })

interface VersionRow {
  readonly version: number
  readonly current: boolean
  readonly serial: number
  readonly lineage: string
  readonly terraform_version: string
  readonly bytes: number
  readonly key_id: string
  readonly restored_from: number | null
  readonly written_at: Date
  readonly written_by: Author
}

const toVersion = (row: VersionRow): StateVersion => ({
  version: row.version,
  current: row.current,
  serial: row.serial,
  lineage: row.lineage,
  terraformVersion: row.terraform_version,
  bytes: row.bytes,
  keyId: row.key_id,
  restoredFrom: row.restored_from,
  writtenAt: row.written_at,
  writtenBy: row.written_by,
})
