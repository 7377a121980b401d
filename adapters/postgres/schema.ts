import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Auth0Client, ChangeStatus, Values } from '../../domain/vocabulary.ts'
import type { Author, Refusal } from './changes.ts'

/** The tables of the schema `nexus`, as Kysely sees them. What each column means stands in the migrations. */
export interface Database {
  'nexus.tenants': TenantsTable
  'nexus.clients': ClientsTable
  'nexus.changes': ChangesTable
}

type Time = ColumnType<Date, Date | string, Date | string>
type MaybeTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

export interface TenantsTable {
  tenant_id: string
  paused: Generated<boolean>
  held_reason: string | null
  next_probe_at: MaybeTime
}

export interface ClientsTable {
  tenant_id: string
  client_id: string
  observed: JSONColumnType<Auth0Client, string>
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
  vanished_at: MaybeTime
}

export interface ChangesTable {
  id: string
  tenant_id: string
  client_id: string
  generation: number
  values: JSONColumnType<Values, string>
  status: ChangeStatus
  author: JSONColumnType<Author, string>
  accepted_at: Generated<Date>
  settled_at: MaybeTime
  refusal: JSONColumnType<Refusal, string | null | undefined, string | null> | null
  superseded_by: string | null
}
