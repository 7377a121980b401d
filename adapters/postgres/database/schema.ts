import type { Contested } from '../../../domain/changes/settlement.ts'
import type { Auth0Client, Values } from '../../../domain/vocabulary.ts'

/**
 * No table is described to Kysely, so that only SQL as written compiles: each query says beside itself what its rows are.
 */
export type Database = unknown

/** A row of `nexus.clients` as it is read. What each column means stands in the migrations. */
export interface ClientColumns {
  readonly tenant_id: string
  readonly client_id: string
  readonly observed: Auth0Client
  readonly observed_at: Date
  readonly base: Values
  readonly generation: number
  readonly settled_generation: number
  readonly revision: number
  readonly lease_token: string | null
  readonly lease_until: Date | null
  readonly taken_over: boolean
  readonly attempt_deadline: Date | null
  readonly previous_attempt_deadline: Date | null
  readonly failures: number
  readonly last_failure: string | null
  readonly next_try_at: Date | null
  readonly verify_at: Date | null
  readonly one_by_one_until: number | null
  readonly contested: Contested | null
  readonly vanished_at: Date | null
  readonly woken_at: Date | null
  readonly written_at: Date
  readonly drifted_at: Date | null
  readonly drifted_by_state: string | null
  readonly confirmed_at: Date | null
  readonly stalled_at: Date | null
  readonly paused_at: Date | null
  readonly updated_at: Date
  readonly waiting: boolean
}
