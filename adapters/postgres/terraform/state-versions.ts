import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Author } from '../../../domain/vocabulary.ts'
import { authorColumn, integer, time } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { serial } from './state-rows.ts'
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

const VersionRow = z.object({
  version: integer,
  current: z.boolean(),
  serial,
  lineage: z.string(),
  terraform_version: z.string(),
  bytes: integer,
  key_id: z.string(),
  restored_from: integer.nullable(),
  written_at: time,
  written_by: authorColumn,
})

const toVersion = (row: z.infer<typeof VersionRow>): StateVersion => ({
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

/** The versions of a state that are kept, newest first. */
export const createStateVersions =
  (db: Kysely<Database>) =>
  async (key: StateKey): Promise<StateVersion[]> => {
    const { rows } = await sql`
    select v.version, s.version is not distinct from v.version as current, serial, lineage, terraform_version, bytes,
           key_id, restored_from, written_at, written_by
    from nexus.terraform_state_versions v
    join nexus.terraform_states s on s.tenant_id = v.tenant_id and s.name = v.state
    where v.tenant_id = ${key.tenantId} and v.state = ${key.name} order by v.version desc
  `.execute(db)
    return parsed(VersionRow, rows).map(toVersion)
  }
