import { sql } from 'kysely'
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { z } from 'zod'
import type { ClientKey, FieldPath } from '../../../domain/vocabulary.ts'
import { fieldNames, integer, told } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import type { KeyInText } from '../database/statement.ts'

/**
 * What makes an older configuration of a state wrong. Each raises the state's count, which stands in the address of the
 * backend: who would apply an older configuration does not get the lock.
 */
export type StateEventKind = 'owned' | 'release' | 'cancelled' | 'vanished' | 'moved'

export interface StateEvent {
  readonly clientId: string
  readonly kind: StateEventKind
  /** The fields that became owned. */
  readonly fields: readonly FieldPath[] | null
}

/**
 * The statement, as one that stands alone or as a part of another: it counts an event in every state that manages the
 * client or is to adopt it.
 *
 * @param fields those that became owned, as JSON
 * @param when a further condition, over no table
 */
export const eventStatement = (
  { tenantId, clientId }: KeyInText,
  kind: StateEventKind,
  fields: RawBuilder<unknown>,
  when: RawBuilder<unknown> = sql`true`,
): { readonly moved: RawBuilder<unknown>; readonly noted: RawBuilder<unknown> } => ({
  moved: sql`
    update nexus.terraform_states s set snapshot = s.snapshot + 1
    where s.tenant_id = ${tenantId} and ${when} and (
      s.name in (select r.state from nexus.terraform_resources r
                 where r.tenant_id = ${tenantId} and r.client_id = ${clientId})
      or s.name in (select q.state from nexus.terraform_requests q
                    where q.tenant_id = ${tenantId} and q.client_id = ${clientId}))
    returning s.name, s.snapshot`,
  noted: sql`
    insert into nexus.terraform_events (tenant_id, state, snapshot, client_id, kind, fields)
    select ${tenantId}, moved.name, moved.snapshot, ${clientId}, ${kind},
           ${fields}
    from moved`,
})

/** Counts an event. The caller's transaction has locked the client's row, or no row that anybody locks after a state's. */
export const noteEvent = async (
  trx: Transaction<Database>,
  key: ClientKey,
  kind: StateEventKind,
  fields: readonly FieldPath[] | null = null,
): Promise<void> => {
  const { moved, noted } = eventStatement(key, kind, jsonb(fields))
  await sql`with moved as (${moved}) ${noted}`.execute(trx)
}

/**
 * Counts that a write outside an apply has changed where clients stand: a configuration that was made before would make
 * them a second time, or destroy them. The caller has locked the state's row.
 */
export const noteMoved = async (
  trx: Transaction<Database>,
  tenantId: string,
  state: string,
  clientId: string,
): Promise<void> => {
  await sql`
    with moved as (
      update nexus.terraform_states set snapshot = snapshot + 1 where tenant_id = ${tenantId} and name = ${state}
      returning snapshot)
    insert into nexus.terraform_events (tenant_id, state, snapshot, client_id, kind)
    select ${tenantId}, ${state}, moved.snapshot, ${clientId}, 'moved' from moved
  `.execute(trx)
}

/** What a configuration says of itself in the address of its backend. */
export interface ConfigurationMark {
  /** The count that it was made at; null where it does not say. */
  readonly snapshot: number | null
  /**
   * Whether it declares clients. One that declares none ignores every attribute, so that fields that became owned do it
   * no harm.
   */
  readonly declares: 'any' | 'none'
}

/** Whether a configuration is older than a state that is at the count `current`. */
export const isOutdated = async (
  db: Kysely<Database>,
  tenantId: string,
  state: string,
  { snapshot, declares }: ConfigurationMark,
  current: number,
): Promise<boolean> => {
  if (snapshot === null || snapshot === current) return false
  if (declares === 'any' || snapshot > current) return true
  // Whatever is not kept any more may have been anything.
  const { rows } = await sql`
    select count(*) as harmless from nexus.terraform_events
    where tenant_id = ${tenantId} and state = ${state} and snapshot > ${snapshot} and kind = 'owned'
  `.execute(db)
  return parsed(HarmlessRow, rows)[0]?.harmless !== current - snapshot
}

const HarmlessRow = z.object({ harmless: integer })

const EventRow = z.object({ client_id: z.string(), kind: told<StateEventKind>(), fields: fieldNames.nullable() })

/** What happened to a state after one of its counts, oldest first, at most `limit`. */
export const eventsSince = async (
  trx: Transaction<Database>,
  tenantId: string,
  state: string,
  snapshot: number,
  limit: number,
): Promise<StateEvent[]> => {
  const { rows } = await sql`
    select client_id, kind, fields from nexus.terraform_events
    where tenant_id = ${tenantId} and state = ${state} and snapshot > ${snapshot} order by snapshot limit ${limit}
  `.execute(trx)
  return parsed(EventRow, rows).map(({ client_id, kind, fields }) => ({ clientId: client_id, kind, fields }))
}
