import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { holdOf, isApply } from '../../../domain/terraform/state-lock.ts'
import type { Claimant, Hold, LockInfo } from '../../../domain/terraform/state-lock.ts'
import type { ClientKey } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { knownDrift } from './known-drift.ts'
import { ClientIdRow, integer } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { eventsSince, isOutdated } from '../clients/snapshot-events.ts'
import type { ConfigurationMark, StateEvent } from '../clients/snapshot-events.ts'
import { unmetIn } from './unmet-clients.ts'
import { heldLockOf, lockStateRow } from './state-rows.ts'
import type { HeldLock, StateKey } from './state-rows.ts'
import { deciding } from '../clients/holdings.ts'
import { stateEvent } from '../events/happened.ts'

export type Locked =
  | { readonly kind: 'locked' }
  /** It was another caller's, and is the asker's now. */
  | { readonly kind: 'taken-over'; readonly was: HeldLock }
  | { readonly kind: 'held'; readonly lock: HeldLock }
  /** The configuration that would be applied was made before something that it does not know of. */
  | { readonly kind: 'outdated'; readonly snapshot: number; readonly events: readonly StateEvent[] }

export type Unlocked =
  | { readonly kind: 'unlocked'; readonly was: HeldLock | null; readonly forced: boolean }
  | { readonly kind: 'held'; readonly lock: HeldLock }

/** Who gives a lock back: who shows its id, or who takes it from whoever holds it (the one of that id, where it says so). */
export type Returning = { readonly claimant: Claimant } | { readonly anyones: string | null }

/** How many events a refusal names at the most. */
const namedEvents = 20

/** One lock for both: who applies a state's configuration holds it, and changes of the state's clients wait meanwhile. */
export const createStateLocks = (db: Kysely<Database>, { applyWaitMs }: { readonly applyWaitMs: number }) => ({
  /** Whether a lock is held, and whether a configuration is older than the state; nothing is locked for it. */
  peek: async (
    { tenantId, name }: StateKey,
    configuration: ConfigurationMark,
  ): Promise<{ readonly held: boolean; readonly outdated: boolean }> => {
    const { rows } = await sql`
      select lock is not null as held, snapshot from nexus.terraform_states
      where tenant_id = ${tenantId} and name = ${name}
    `.execute(db)
    const { held, snapshot } = parsed(PeekRow, rows)[0] ?? { held: false, snapshot: 0 }
    return { held, outdated: await isOutdated(db, tenantId, name, configuration, snapshot) }
  },

  /**
   * Takes the lock of a state. The same lock again, from the same caller, is the repetition of a request whose answer was
   * lost; from another it is a taking-over.
   *
   * @param claimant who asks; the id that they show is the lock's
   * @param configuration refused for an apply where it is older than the state
   * @param keys names of the tenant's metadata keys, to see which fields have drifted already
   */
  lock: (
    key: StateKey,
    info: LockInfo,
    claimant: Claimant,
    configuration: ConfigurationMark,
    keys: MetadataKeys,
    audit?: AuditDraft,
  ): Promise<Locked> =>
    recorded(db, audit, async (trx, decided): Promise<Locked> => {
      const row = await lockStateRow(trx, key)
      const held = heldLockOf(row, applyWaitMs)
      if (held !== null) {
        const hold = holdOf(held, claimant)
        if (hold === 'theirs') return { kind: 'locked' }
        if (hold === 'other') return { kind: 'held', lock: held }
        await sql`
          with locked as (
            update nexus.terraform_states set locked_by = ${jsonb(claimant.author)}
            where tenant_id = ${key.tenantId} and name = ${key.name}
          ) ${stateEvent(key, 'state.locked')}
        `.execute(trx)
        await decided({ action: 'state.force-unlock' })
        return { kind: 'taken-over', was: held }
      }
      if (isApply(info) && (await isOutdated(trx, key.tenantId, key.name, configuration, row.snapshot)))
        return {
          kind: 'outdated',
          snapshot: row.snapshot,
          events: await eventsSince(trx, key.tenantId, key.name, configuration.snapshot ?? 0, namedEvents),
        }
      // What no configuration names changes nothing, and so nothing waits for it.
      const applies = isApply(info) && row.named
      // What an earlier apply has changed, and nobody has looked at yet, is not known drift.
      const known = applies ? (row.known_drift ?? (await knownDrift(trx, key, keys))) : row.known_drift
      await sql`
        with locked as (
          update nexus.terraform_states
          set lock = ${jsonb(info)}, locked_by = ${jsonb(claimant.author)},
              locked_at = clock_timestamp(), known_drift = ${jsonb(known)},
              hold_until = ${applies ? sql`clock_timestamp() + ${applyWaitMs} * interval '1 millisecond'` : null},
              -- What is due after an earlier apply stays due, but for the apply that begins now.
              check_at = coalesce(${applies ? null : sql`check_at`},
                                  clock_timestamp() + ${applyWaitMs} * interval '1 millisecond'),
              check_until = ${applies ? null : sql`check_until`}
          where tenant_id = ${key.tenantId} and name = ${key.name}
        ) ${stateEvent(key, 'state.locked')}
      `.execute(trx)
      await decided()
      return { kind: 'locked' }
    }),

  /**
   * Gives the lock back. After an apply the clients of the state are to be looked at, at once; so are those that are new.
   */
  unlock: (key: StateKey, returning: Returning, audit?: AuditDraft): Promise<Unlocked> =>
    recorded(db, audit, async (trx, decided): Promise<Unlocked> => {
      const row = await lockStateRow(trx, key)
      const held = heldLockOf(row, applyWaitMs)
      if (held === null) return { kind: 'unlocked', was: null, forced: false }
      const hold = 'claimant' in returning ? holdOf(held, returning.claimant) : holdOfAny(held, returning.anyones)
      if (hold === 'other') return { kind: 'held', lock: held }
      await sql`
        with unlocked as (
          update nexus.terraform_states
          set lock = null, locked_by = null, locked_at = null, hold_until = null, check_until = null,
              check_at = case when known_drift is not null or exists (${unmetIn(key)}) then clock_timestamp() end
          where tenant_id = ${key.tenantId} and name = ${key.name}
        ) ${stateEvent(key, 'state.unlocked')}
      `.execute(trx)
      const forced = hold === 'forced'
      await decided(forced ? { action: 'state.force-unlock' } : {})
      return { kind: 'unlocked', was: held, forced }
    }),

  /**
   * Releases the clients whose changes waited for the apply that is over: from now on the sweep may queue them again.
   *
   * @returns them, so that the caller can queue them at once
   */
  releaseWaiting: async ({ tenantId, name }: StateKey): Promise<ClientKey[]> => {
    const { rows } = await sql`
      update nexus.clients c set woken_at = null
      where c.tenant_id = ${tenantId} and c.generation > c.settled_generation and c.client_id in (
        select r.client_id from ${deciding} r where r.tenant_id = ${tenantId} and r.state = ${name})
      returning c.client_id
    `.execute(db)
    return parsed(ClientIdRow, rows).map((row) => ({ tenantId, clientId: row.client_id }))
  },
})

const PeekRow = z.object({ held: z.boolean(), snapshot: integer })

export type StateLocks = ReturnType<typeof createStateLocks>

const holdOfAny = (held: HeldLock, id: string | null): Hold => (id === null || held.info.ID === id ? 'forced' : 'other')
