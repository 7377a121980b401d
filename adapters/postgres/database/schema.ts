import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { Refusal } from '../../../domain/changes/refusal.ts'
import type { Contested } from '../../../domain/changes/settlement.ts'
import type { Auth0Client, Author, ChangeStatus, Values } from '../../../domain/vocabulary.ts'

/** The tables of the schema `nexus`, as Kysely sees them. What each column means stands in the migrations. */
export interface Database {
  'nexus.tenants': TenantsTable
  'nexus.budgets': BudgetsTable
  'nexus.clients': ClientsTable
  'nexus.changes': ChangesTable
}

type Time = ColumnType<Date, Date | string, Date | string>
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

interface TenantsTable {
  tenant_id: string
  paused_at: MaybeTime
  held_reason: string | null
  held_at: MaybeTime
  next_probe_at: MaybeTime
  next_scan_at: Generated<Date>
  scan_until: MaybeTime
  last_scan_at: MaybeTime
  last_scan_clients: number | null
  scan_problem: string | null
}

interface BudgetsTable {
  tenant_id: string
  bucket: string
  next_at: Time
  interval_ms: number
  burst: number
  blocked_until: MaybeTime
  epoch: Generated<number>
  foreign_per_second: Generated<number>
  remaining: number | null
  seen_at: MaybeTime
}

export interface ClientsTable {
  tenant_id: string
  client_id: string
  observed: JSONColumnType<Auth0Client>
  observed_at: Time
  base: JSONColumnType<Values, string | undefined>
  generation: Generated<number>
  settled_generation: Generated<number>
  revision: Generated<number>
  lease_token: string | null
  lease_until: MaybeTime
  taken_over: Generated<boolean>
  attempt_deadline: MaybeTime
  previous_attempt_deadline: MaybeTime
  failures: Generated<number>
  last_failure: string | null
  next_try_at: MaybeTime
  verify_at: MaybeTime
  one_by_one_until: number | null
  contested: JSONColumnType<Contested, string | null | undefined, string | null> | null
  vanished_at: MaybeTime
  woken_at: MaybeTime
  written_at: Generated<Date>
  drifted_at: MaybeTime
  drifted_by_state: string | null
  confirmed_at: MaybeTime
  stalled_at: MaybeTime
  paused_at: MaybeTime
  updated_at: Generated<Date>
  waiting: GeneratedAlways<boolean>
}

interface ChangesTable {
  id: string
  tenant_id: string
  client_id: string
  generation: number
  values: JSONColumnType<Values>
  status: ChangeStatus
  author: JSONColumnType<Author>
  accepted_at: Generated<Date>
  settled_at: MaybeTime
  refusal: JSONColumnType<Refusal, string | null | undefined, string | null> | null
  superseded_by: string | null
}
