import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import { driftOf } from '../../domain/desired.ts'
import { isApply } from '../../domain/terraform-state.ts'
import type { LockInfo } from '../../domain/terraform-state.ts'
import type { Auth0Client, Author, ClientKey, MetadataKeys, Values } from '../../domain/vocabulary.ts'
import { recorded } from './audit.ts'
import type { OpenRecord } from './audit.ts'
import type { Database } from './schema.ts'
import { eventsSince } from './state-events.ts'
import type { StateEvent } from './state-events.ts'
import { lockIn, lockState } from './state-rows.ts'
import type { HeldLock, KnownDrift, StateKey } from './state-rows.ts'

export type Locked =
  | { readonly kind: 'locked' }
  | { readonly kind: 'held'; readonly lock: HeldLock }
  /** The configuration that would be applied was made before something that it does not know of. */
  | { readonly kind: 'outdated'; readonly snapshot: number; readonly events: readonly StateEvent[] }

export type Unlocked =
  { readonly kind: 'unlocked'; readonly was: HeldLock | null } | { readonly kind: 'held'; readonly lock: HeldLock }

/** How many events a refusal names at the most. */
const namedEvents = 20

/** One lock for both: who applies a state's configuration holds it, and changes of the state's clients wait meanwhile. */
export const createStateLocks = (db: Kysely<Database>, { applyWaitMs }: { readonly applyWaitMs: number }) => ({
  /**
   * Takes the lock of a state. The same lock again is the repetition of a request whose answer was lost.
   *
   * @param snapshot the count that the configuration was made at; null where it does not say
   * @param keys names of the tenant's metadata keys, to see which fields have drifted already
   */
  lock: (
    key: StateKey,
    info: LockInfo,
    snapshot: number | null,
    author: Author,
    keys: MetadataKeys,
    record?: OpenRecord,
  ): Promise<Locked> =>
    recorded(db, record, async (trx, keep): Promise<Locked> => {
      const row = await lockState(trx, key)
      const held = lockIn(row, applyWaitMs)
      if (held !== null) return held.info.ID === info.ID ? { kind: 'locked' } : { kind: 'held', lock: held }
      const applies = isApply(info)
      if (applies && snapshot !== null && snapshot !== row.snapshot)
        return {
          kind: 'outdated',
          snapshot: row.snapshot,
          events: await eventsSince(trx, key.tenantId, key.name, snapshot, namedEvents),
        }
      // What an earlier apply has changed, and nobody has looked at yet, is not known drift.
      const known = applies ? (row.known_drift ?? (await knownDrift(trx, key, keys))) : row.known_drift
      await sql`
        update nexus.terraform_states
        set lock = ${JSON.stringify(info)}::jsonb, locked_by = ${JSON.stringify(author)}::jsonb,
            locked_at = clock_timestamp(), known_drift = ${known === null ? null : JSON.stringify(known)}::jsonb,
            hold_until = ${applies ? sql`clock_timestamp() + ${applyWaitMs} * interval '1 millisecond'` : null},
            -- What is due after an earlier apply stays due, but for the apply that begins now.
            check_at = coalesce(${applies ? null : sql`check_at`}, clock_timestamp() + ${applyWaitMs} * interval '1 millisecond'),
            check_until = ${applies ? null : sql`check_until`}
        where tenant_id = ${key.tenantId} and name = ${key.name}
      `.execute(trx)
      await keep()
      return { kind: 'locked' }
    }),

  /**
   * Gives the lock back. After an apply the clients of the state are to be looked at, at once.
   *
   * @param id the lock's id; null to take it from whoever holds it
   */
  unlock: (key: StateKey, id: string | null, record?: OpenRecord): Promise<Unlocked> =>
    recorded(db, record, async (trx, keep): Promise<Unlocked> => {
      const row = await lockState(trx, key)
      const held = lockIn(row, applyWaitMs)
      if (held === null) return { kind: 'unlocked', was: null }
      if (id !== null && held.info.ID !== id) return { kind: 'held', lock: held }
      await sql`
        update nexus.terraform_states
        set lock = null, locked_by = null, locked_at = null, hold_until = null, check_until = null,
            check_at = case when known_drift is not null then clock_timestamp() end
        where tenant_id = ${key.tenantId} and name = ${key.name}
      `.execute(trx)
      await keep()
      return { kind: 'unlocked', was: held }
    }),

  /** Clients whose changes waited for the apply that is over: the sweep may queue them again, and so may the caller. */
  waiting: async ({ tenantId, name }: StateKey): Promise<ClientKey[]> => {
    const { rows } = await sql<{ client_id: string }>`
      update nexus.clients c set woken_at = null
      where c.tenant_id = ${tenantId} and c.generation > c.settled_generation and c.client_id in (
        select r.client_id from nexus.terraform_resources r where r.tenant_id = ${tenantId} and r.state = ${name})
      returning c.client_id
    `.execute(db)
    return rows.map((row) => ({ tenantId, clientId: row.client_id }))
  },
})

export type StateLocks = ReturnType<typeof createStateLocks>

/** Owned fields of the state's clients that are not as confirmed, as far as Nexus has seen. */
const knownDrift = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  keys: MetadataKeys,
): Promise<KnownDrift> => {
  const { rows } = await sql<{ client_id: string; base: Values; observed: Auth0Client }>`
    select c.client_id, c.base, c.observed from nexus.clients c
    where c.tenant_id = ${tenantId} and c.base <> '{}'::jsonb and c.client_id in (
      select r.client_id from nexus.terraform_resources r where r.tenant_id = ${tenantId} and r.state = ${name})
  `.execute(trx)
  return Object.fromEntries(
    rows.flatMap(({ client_id, base, observed }) => {
      const paths = driftOf(base, observed, keys).map(({ path }) => path)
      return paths.length === 0 ? [] : [[client_id, paths]]
    }),
  )
}
