import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { holdOf, isApply } from '../../../domain/terraform/state-lock.ts'
import type { Claimant } from '../../../domain/terraform/state-lock.ts'
import { highestSerial, successionOf } from '../../../domain/terraform/state.ts'
import type { HeldState, Succession } from '../../../domain/terraform/state.ts'
import type { Author } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { Sealing } from '../../sealing/sealing.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { replaceIndex } from './replace-index.ts'
import { stateEvent } from '../events/happened.ts'
import { isOutdated } from '../clients/snapshot-events.ts'
import type { ConfigurationMark } from '../clients/snapshot-events.ts'
import { noteOutdated, writeNote } from './outdated-writes.ts'
import { saneSerial } from './sane-serial.ts'
import { createSealedVersions } from './sealed-versions.ts'
import { createStateVersions } from './state-versions.ts'
import { heldLockOf, lockStateRow, serial } from './state-rows.ts'
import type { HeldLock, StateKey, StateRow } from './state-rows.ts'

/** What came of a write. */
export type Written =
  | {
      readonly kind: 'written'
      readonly version: number
      /** The counts of the configuration and of the state, where the writer held no lock and they differ. */
      readonly outdated: { readonly snapshot: number; readonly current: number } | null
      /** Whether it is a new version that was written while nobody held the lock. */
      readonly unlocked: boolean
      /** Whose lock the writer used, where it was not theirs. */
      readonly forced: HeldLock | null
    }
  /** Somebody else holds the lock. */
  | { readonly kind: 'locked'; readonly lock: HeldLock }
  /** The lock that the writer names is not held any more. */
  | { readonly kind: 'lock-lost' }
  | {
      readonly kind: Exclude<Succession, 'first' | 'next' | 'same'>
      readonly present: { readonly serial: number; readonly lineage: string } | null
    }

/** Who writes, and what they know of the state. */
export interface Writer extends Claimant {
  readonly configuration: ConfigurationMark
  /** To see which fields have drifted already. */
  readonly keys: MetadataKeys
}

export interface StateText {
  readonly text: Buffer
  readonly state: HeldState
  /** Of the text, in hexadecimal digits. */
  readonly sha256: string
}

const compress = promisify(gzip)

/**
 * Terraform's states: every version, sealed. A write is one transaction on the locked row of its state, in which the lock,
 * the lineage and the serial are checked, the version is stored and the index is made anew.
 *
 * @param sealing undefined where there is no key: then no state can be written or read
 * @param keepVersions how many versions are kept; null for all of them
 */
export const createStates = (
  db: Kysely<Database>,
  {
    sealing,
    keepVersions,
    applyWaitMs,
  }: { readonly sealing: Sealing | undefined; readonly keepVersions: number | null; readonly applyWaitMs: number },
) => {
  const sealed = createSealedVersions(db, sealing)

  const store = async (
    trx: Transaction<Database>,
    key: StateKey,
    row: StateRow,
    { state, compressed, bytes, sha256, author, restoredFrom }: NewVersion,
  ): Promise<number> => {
    const version = row.versions + 1
    const applies = row.lock !== null && isApply(row.lock)
    const { keyId, bytes: text } = await sealed.seal(key, version, compressed)
    await sql`
      insert into nexus.terraform_state_versions
        (tenant_id, state, version, lineage, serial, terraform_version, sha256, bytes, key_id, sealed, restored_from,
         written_by)
      values (${key.tenantId}, ${key.name}, ${version}, ${state.lineage}, ${state.serial}, ${state.terraformVersion},
              ${sha256}, ${bytes}, ${keyId}, ${text}, ${restoredFrom}, ${jsonb(author)})
    `.execute(trx)
    await sql`
      with written as (
        update nexus.terraform_states
        set version = ${version}, versions = ${version}, others = ${state.others}::jsonb,
            highest_serial = greatest(${saneSerial}, ${state.serial}),
            -- An apply that holds the lock was made from what the state is at.
            outdated_write = case when ${applies}::boolean then null else outdated_write end,
            unlocked_write = ${row.lock === null && restoredFrom === null ? writeNote(author) : null},
            -- A restored state tells of no apply.
            serial_moved_at = ${restoredFrom === null ? sql`clock_timestamp()` : sql`serial_moved_at`}
        where tenant_id = ${key.tenantId} and name = ${key.name}
      ) ${stateEvent(key, 'state.written')}
    `.execute(trx)
    await replaceIndex(trx, key, state.index, applies)
    if (keepVersions !== null)
      await sql`
        delete from nexus.terraform_state_versions
        where tenant_id = ${key.tenantId} and state = ${key.name} and version <= ${version - keepVersions}
      `.execute(trx)
    return version
  }

  return {
    read: sealed.read,
    readVersion: sealed.readVersion,
    rekey: sealed.rekey,
    versions: createStateVersions(db),

    /**
     * Stores a state as the newest version, if it may follow the one that is there. Without a lock it is taken from an
     * outdated configuration too, because a state must never be lost; the clients are then looked at as after an apply.
     *
     * @throws SealingError
     */
    write: async (
      key: StateKey,
      { text, state, sha256 }: StateText,
      writer: Writer,
      audit?: AuditDraft,
    ): Promise<Written> => {
      sealed.mustHaveKey()
      const compressed = await compress(text, { level: 3 })
      return recorded(db, audit, async (trx, decided): Promise<Written> => {
        const row = await lockStateRow(trx, key)
        const lock = heldLockOf(row, applyWaitMs)
        const hold = lock === null ? 'theirs' : holdOf(lock, writer)
        if (lock !== null && hold === 'other') return { kind: 'locked', lock }
        if (lock === null && writer.lockId !== null) return { kind: 'lock-lost' }
        const { author, configuration } = writer
        const forced = hold === 'forced' ? lock : null
        const present = await presentVersion(trx, key, row.version)
        const succession = successionOf(present, { lineage: state.lineage, serial: state.serial, sha256 })
        if (succession === 'same')
          return { kind: 'written', version: row.version ?? 0, outdated: null, unlocked: false, forced }
        if (succession !== 'first' && succession !== 'next') return { kind: succession, present }
        const version = await store(trx, key, row, {
          state,
          compressed,
          bytes: text.length,
          sha256,
          author,
          restoredFrom: null,
        })
        const { snapshot } = configuration
        const isOld = lock === null && (await isOutdated(trx, key.tenantId, key.name, configuration, row.snapshot))
        const outdated = isOld && snapshot !== null ? { snapshot, current: row.snapshot } : null
        if (outdated !== null) await noteOutdated(trx, key, row, writer, outdated)
        const unlocked = lock === null
        const action = outdated === null ? 'state.write-unlocked' : 'state.write-outdated'
        await decided({ target: `${key.name}/${version}`, ...(unlocked && { action }) })
        return { kind: 'written', version, outdated, unlocked, forced }
      })
    },

    /**
     * Makes an old version current again, on purpose: as a new version whose serial is higher than any before, so that
     * no plan made in between can be taken for a plan of it.
     *
     * @param restored the old version's text with that serial
     * @returns `overtaken` where somebody wrote meanwhile; nothing is written then
     */
    restore: async (
      key: StateKey,
      from: number,
      { text, state, sha256 }: StateText,
      author: Author,
      audit?: AuditDraft,
    ): Promise<
      | { readonly kind: 'written'; readonly version: number }
      | Extract<Written, { kind: 'locked' }>
      | { readonly kind: 'overtaken' }
    > => {
      const compressed = await compress(text, { level: 3 })
      return recorded(db, audit, async (trx, decided) => {
        const row = await lockStateRow(trx, key)
        const lock = heldLockOf(row, applyWaitMs)
        if (lock !== null) return { kind: 'locked', lock } as const
        if (state.serial <= row.highest_serial && row.highest_serial <= highestSerial)
          return { kind: 'overtaken' } as const
        const bytes = text.length
        const version = await store(trx, key, row, { state, compressed, bytes, sha256, author, restoredFrom: from })
        await decided({ target: `${key.name}/${version}` })
        return { kind: 'written', version } as const
      })
    },

    /** Takes a state away; its versions stay. @returns whether there was one */
    remove: (
      key: StateKey,
      claimant: Claimant,
      audit?: AuditDraft,
    ): Promise<{ readonly kind: 'removed' | 'absent' } | Extract<Written, { kind: 'locked' }>> =>
      recorded(db, audit, async (trx, decided) => {
        const row = await lockStateRow(trx, key)
        const lock = heldLockOf(row, applyWaitMs)
        if (lock !== null && holdOf(lock, claimant) === 'other') return { kind: 'locked', lock } as const
        if (row.version === null) return { kind: 'absent' } as const
        await sql`
          with removed as (
            update nexus.terraform_states set version = null, others = default
            where tenant_id = ${key.tenantId} and name = ${key.name}
          ) ${stateEvent(key, 'state.written')}
        `.execute(trx)
        await replaceIndex(trx, key, '[]', false)
        await decided()
        return { kind: 'removed' } as const
      }),

    /** The highest serial that a state has had; undefined for a state that nobody ever wrote. */
    highestSerial: async (key: StateKey): Promise<number | undefined> => {
      const { rows } = await sql`
        select ${saneSerial} as highest_serial from nexus.terraform_states
        where tenant_id = ${key.tenantId} and name = ${key.name}
      `.execute(db)
      return parsed(HighestRow, rows)[0]?.highest_serial
    },
  }
}

export type States = ReturnType<typeof createStates>

interface NewVersion {
  readonly state: HeldState
  readonly compressed: Buffer
  readonly bytes: number
  readonly sha256: string
  readonly author: Author
  readonly restoredFrom: number | null
}

const HighestRow = z.object({ highest_serial: serial })
const PresentRow = z.object({ lineage: z.string(), serial, sha256: z.string() })

/** Read by a statement of its own, after the row is locked: one that waited for the lock would see what was before. */
const presentVersion = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  version: number | null,
): Promise<{ readonly lineage: string; readonly serial: number; readonly sha256: string } | null> => {
  if (version === null) return null
  const { rows } = await sql`
    select lineage, serial, sha256 from nexus.terraform_state_versions
    where tenant_id = ${tenantId} and state = ${name} and version = ${version}
  `.execute(trx)
  return parsed(PresentRow, rows)[0] ?? null
}
