import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { Values } from '../../../domain/vocabulary.ts'
import type { ClientKey } from '../../../domain/vocabulary.ts'
import { ClientIdRow } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { heldLockOf, knownDriftColumn, lockColumns } from './state-rows.ts'
import type { HeldLock, KnownDrift, StateKey } from './state-rows.ts'
import { deciding } from '../clients/holdings.ts'
import { unmetIn } from './unmet-clients.ts'

/** A state that has to be looked at: an apply is over, a lock has been held for too long, or it has clients that are new. */
export interface ApplyCheck {
  readonly key: StateKey
  /** Still held: whoever holds it is not expected to come back. */
  readonly abandoned: HeldLock | null
  /** Drift that was known before the apply; null where nobody applied. */
  readonly knownDrift: KnownDrift | null
}

/** An owned client of a state. */
export interface Candidate {
  readonly key: ClientKey
  readonly base: Values
}

/** The clients of a state are looked at once in this time at the most, however often it is locked and unlocked. */
const atMostEveryMs = 60_000

/** Looking after an apply: due times stand in the state's row, where no queue can lose them. */
export const createApplyChecks = (db: Kysely<Database>, { applyWaitMs }: { readonly applyWaitMs: number }) => ({
  /** Claims one check that is due, for `forMs`. Paused and held tenants are left alone. */
  claim: async (tenantIds: readonly string[], forMs: number): Promise<ApplyCheck | undefined> => {
    const { rows } = await sql`
      update nexus.terraform_states set check_until = clock_timestamp() + ${forMs} * interval '1 millisecond'
      where (tenant_id, name) in (
        select s.tenant_id, s.name from nexus.terraform_states s left join nexus.tenants t using (tenant_id)
        where s.check_at <= clock_timestamp()
          and (s.looked_at is null or s.looked_at <= clock_timestamp() - ${atMostEveryMs} * interval '1 millisecond')
          and (s.check_until is null or s.check_until <= clock_timestamp())
          and s.tenant_id = any(${[...tenantIds]}) and coalesce(t.paused_at, t.held_at) is null
        order by s.check_at limit 1 for update of s skip locked
      )
      returning tenant_id, name, lock, locked_by, locked_at, known_drift,
                extract(epoch from clock_timestamp() - locked_at)::float8 * 1000 as lock_ms
    `.execute(db)
    const [row] = parsed(CheckRow, rows)
    const lock = row === undefined ? null : heldLockOf(row, applyWaitMs)
    return (
      row && {
        key: { tenantId: row.tenant_id, name: row.name },
        abandoned: lock?.abandoned === true ? lock : null,
        knownDrift: row.known_drift,
      }
    )
  },

  /** Clients of the state in which Nexus owns fields. */
  candidates: async ({ tenantId, name }: StateKey): Promise<Candidate[]> => {
    const { rows } = await sql`
      select c.client_id, c.base from nexus.clients c
      where c.tenant_id = ${tenantId} and c.base <> '{}'::jsonb and c.vanished_at is null and c.client_id in (
        select r.client_id from ${deciding} r where r.tenant_id = ${tenantId} and r.state = ${name})
      order by c.client_id
    `.execute(db)
    return parsed(CandidateRow, rows).map(({ client_id, base }) => ({ key: { tenantId, clientId: client_id }, base }))
  },

  /** Clients of the state that Nexus does not know yet. */
  unmet: async (key: StateKey): Promise<string[]> => {
    const { rows } = await unmetIn(key).execute(db)
    return parsed(ClientIdRow, rows).map((row) => row.client_id)
  },

  /** The claim goes on. */
  extend: async ({ tenantId, name }: StateKey, forMs: number): Promise<void> => {
    await sql`
      update nexus.terraform_states set check_until = clock_timestamp() + ${forMs} * interval '1 millisecond'
      where tenant_id = ${tenantId} and name = ${name} and check_until is not null
    `.execute(db)
  },

  /** Auth0 was asked for the clients of a state, and may be asked for the same ones again. */
  looked: async ({ tenantId, name }: StateKey): Promise<void> => {
    await sql`
      update nexus.terraform_states set looked_at = clock_timestamp() where tenant_id = ${tenantId} and name = ${name}
    `.execute(db)
  },

  /**
   * Ends a check. Where one more is due later, it takes this one's place. What was known of drift stays as long as the
   * lock is held: when it is given back, the state is looked at again. A lock that was taken or given back meanwhile has
   * made a new check due, which stays.
   */
  finish: async ({ tenantId, name }: StateKey): Promise<void> => {
    await sql`
      update nexus.terraform_states
      set check_at = look_again_at, look_again_at = null, check_until = null,
          known_drift = case when lock is not null or look_again_at is not null then known_drift end
      where tenant_id = ${tenantId} and name = ${name} and check_until is not null
    `.execute(db)
  },

  /** Gives a check back that could not be done; it is due again after `ms`. */
  postpone: async ({ tenantId, name }: StateKey, ms: number): Promise<void> => {
    await sql`
      update nexus.terraform_states set check_until = clock_timestamp() + ${ms} * interval '1 millisecond'
      where tenant_id = ${tenantId} and name = ${name} and check_until is not null
    `.execute(db)
  },

  /** Forgets what happened to each state before the newest `most` events: whoever is that far behind is told how far. */
  expireEvents: async (most: number): Promise<void> => {
    await sql`
      delete from nexus.terraform_events e using nexus.terraform_states s
      where s.tenant_id = e.tenant_id and s.name = e.state and e.snapshot <= s.snapshot - ${most}
    `.execute(db)
  },
})

const CheckRow = z.object({
  ...lockColumns,
  tenant_id: z.string(),
  name: z.string(),
  known_drift: knownDriftColumn.nullable(),
})
const CandidateRow = z.object({ client_id: z.string(), base: Values })

export type ApplyChecks = ReturnType<typeof createApplyChecks>
