import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { verifyMarginMs } from '../../../domain/changes/clock.ts'
import { listingOf } from '../../../domain/clients/listing.ts'
import { Values } from '../../../domain/vocabulary.ts'
import type { Auth0Client, ClientKey } from '../../../domain/vocabulary.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { listingStatement, unlistStatement } from './listing-rows.ts'
import type { KeysOf } from './listing-rows.ts'
import { ClientRow, isApplying, pendingOf, createReadRecords, selection, toRecord } from './client-record.ts'
import type { ClientRecord, Counting } from './client-record.ts'
import { auth0Client, ClientIdRow, integer, pendingChanges } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { eventStatement } from './snapshot-events.ts'
import { clientEvent, observedEvents } from '../events/happened.ts'

/** Of a client, what decides who may reach it. Its observation is cut down to that. */
export type AccessRecord = Pick<ClientRecord, 'observed' | 'base' | 'pending' | 'ageMs' | 'vanished'>

const AccessRow = z.object({
  client_id: z.string(),
  observed: auth0Client,
  base: Values,
  pending: pendingChanges,
  ageMs: z.number(),
  vanished: z.boolean(),
})

/** The clients that Nexus knows. @param keyed the connections on which few rows are found by an index (`byKeys`) */
export const createClients = (
  db: Kysely<Database>,
  keysOf: KeysOf,
  keyed: Kysely<Database> = db,
  read = createReadRecords(keyed),
) => ({
  /**
   * What Nexus knows of a client; undefined where it knows none of that id.
   *
   * @param counting with what waits in its tenant, for who wants to change it
   */
  load: (key: ClientKey, counting?: Counting): Promise<ClientRecord | undefined> => read({ key, counting }),

  /**
   * What decides who may reach each of several clients, and nothing else of them. Those that Nexus does not know are left
   * out.
   */
  accessRecords: async (tenantId: string, clientIds: readonly string[]): Promise<ReadonlyMap<string, AccessRecord>> => {
    const { rows } = await sql`
      select c.client_id, c.base, ${pendingOf} as pending, c.vanished_at is not null as vanished,
             jsonb_build_object('client_metadata', c.observed->'client_metadata') as observed,
             extract(epoch from clock_timestamp() - c.observed_at)::float8 * 1000 as "ageMs"
      from nexus.clients c where c.tenant_id = ${tenantId} and c.client_id = any(${[...clientIds]})
    `.execute(db)
    return new Map(parsed(AccessRow, rows).map(({ client_id, ...record }) => [client_id, record]))
  },

  /**
   * Keeps what Auth0 answered for a client, known or not. An observation never overwrites one that was written while
   * Auth0 was being asked, nor one under a lease: who holds the lease knows better.
   *
   * @param asked the record as it was when Auth0 was asked; undefined for a client that was not known
   */
  observe: async (
    key: ClientKey,
    observed: Auth0Client,
    asked?: Pick<ClientRecord, 'revision' | 'base' | 'pending'>,
  ): Promise<void> => {
    const { base, pending, revision } = asked ?? { base: {}, pending: [], revision: -1 }
    const listing = listingOf({ key, observed, base, pending }, keysOf(key.tenantId))
    await sql`
      with kept as (
      insert into nexus.clients as c (tenant_id, client_id, observed, observed_at, confirmed_at)
      values (${key.tenantId}, ${key.clientId}, ${jsonb(observed)}, clock_timestamp(), clock_timestamp())
      on conflict (tenant_id, client_id) do update
        set observed = excluded.observed, observed_at = excluded.observed_at, revision = c.revision + 1,
            written_at = clock_timestamp(), vanished_at = null,
            updated_at = case when c.observed is distinct from excluded.observed or c.vanished_at is not null
                         then excluded.updated_at else c.updated_at end
        where c.revision = ${revision} and (c.lease_until is null or c.lease_until < clock_timestamp())
        returning c.tenant_id, c.client_id, c.observed, c.revision
      ), happened as (${observedEvents(sql`kept`)})
      ${listingStatement(key.tenantId, [{ clientId: key.clientId, listing }], sql`where exists (select from kept)`)}
    `.execute(db)
  },

  /** The clients of a tenant in which Nexus has a say: fields that it owns, or changes that wait. By name, then id. */
  owned: async (tenantId: string): Promise<ClientRecord[]> => {
    const { rows } = await sql`
      ${selection}
      where c.tenant_id = ${tenantId} and c.vanished_at is null
        and (c.base <> '{}'::jsonb or c.generation > c.settled_generation)
      order by c.observed->>'name', c.client_id
    `.execute(db)
    return parsed(ClientRow, rows).map(toRecord)
  },

  /** Ids of the clients that Auth0 was last seen to have. */
  ids: async (tenantId: string): Promise<string[]> => {
    const { rows } = await sql`
      select client_id from nexus.clients where tenant_id = ${tenantId} and vanished_at is null order by client_id
    `.execute(db)
    return parsed(ClientIdRow, rows).map((row) => row.client_id)
  },

  /** Notes that Auth0 no longer has a client. Pending changes are rejected by the worker that found out. */
  forget: async (key: ClientKey, askedAt: number): Promise<void> => {
    const { moved, noted } = eventStatement(key, 'vanished', jsonb(null), sql`exists (select from gone)`)
    await sql`
      with gone as (
        update nexus.clients
        set vanished_at = clock_timestamp(), revision = revision + 1, written_at = clock_timestamp()
        where tenant_id = ${key.tenantId} and client_id = ${key.clientId} and revision = ${askedAt}
          and generation = settled_generation and vanished_at is null
        returning revision
      ), happened as (${clientEvent(key, 'client.vanished', sql`gone`)}), moved as (${moved}), unlisted as (${unlistStatement(key, sql`exists (select from gone)`)})
      ${noted}
    `.execute(db)
  },

  /** Stops sending for one client, or starts it again. Changes are accepted all the while. */
  pause: (key: ClientKey, paused: boolean, audit?: AuditDraft): Promise<void> =>
    recorded(db, audit, async (trx, decided) => {
      await sql`
        with written as (
          update nexus.clients
          set paused_at = ${paused ? sql`coalesce(paused_at, clock_timestamp())` : null}, revision = revision + 1,
              woken_at = null
          where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
          returning tenant_id, client_id, revision
        ), changed as (
          select w.revision from written w join nexus.clients b using (tenant_id, client_id)
          where (b.paused_at is null) = ${paused}::boolean
        ) ${clientEvent(key, paused ? 'client.paused' : 'client.resumed', sql`changed`)}
      `.execute(trx)
      await decided()
    }),

  /** Tries again now, whatever a failure asked to wait for, and reads Auth0 first. */
  retry: (key: ClientKey, audit?: AuditDraft): Promise<void> =>
    recorded(db, audit, async (trx, decided) => {
      await sql`
        update nexus.clients
        set next_try_at = null, verify_at = clock_timestamp(), revision = revision + 1, woken_at = clock_timestamp()
        where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
      `.execute(trx)
      await decided()
    }),

  /**
   * Claims, for the sweep, clients with work that no job may cover: lag, or a reading that is due, and no job asked for
   * since it fell due, or in the last `quietMs`. They are marked as asked for now. Those of paused and held tenants are
   * left alone.
   *
   * @returns at most `limit`, for the caller to queue
   */
  claimLagging: async (tenantIds: readonly string[], quietMs: number, limit: number): Promise<ClientKey[]> => {
    const { rows } = await sql`
      update nexus.clients c set woken_at = clock_timestamp()
      where (tenant_id, client_id) in (
        select tenant_id, client_id from nexus.clients c2 left join nexus.tenants t using (tenant_id)
        where (generation > settled_generation or verify_at is not null)
          and (generation > settled_generation or verify_at <= clock_timestamp())
          and tenant_id = any(${[...tenantIds]}) and vanished_at is null
          and (next_try_at is null or next_try_at <= clock_timestamp())
          and (lease_until is null or lease_until <= clock_timestamp())
          and (woken_at is null or woken_at <= clock_timestamp() - ${quietMs} * interval '1 millisecond'
               or woken_at < greatest(verify_at, next_try_at, lease_until))
          and coalesce(c2.paused_at, t.paused_at, t.held_at) is null and not ${isApplying(sql`c2`)}
        -- Whoever was asked for longest ago: with more than is managed before they are due again, none is passed over for ever.
        order by woken_at nulls first
        limit ${limit}
      )
      returning tenant_id, client_id
    `.execute(keyed)
    return parsed(KeyRow, rows).map((row) => ({ tenantId: row.tenant_id, clientId: row.client_id }))
  },

  /**
   * A tenant that failed has answered again: clients that would still wait long for their next try are brought forward,
   * spread over `withinMs`, so that the end of an outage is not noticed minutes late.
   */
  bringForward: async (tenantId: string, withinMs: number): Promise<void> => {
    await sql`
      update nexus.clients
      set next_try_at = clock_timestamp() + random() * ${withinMs}::float8 * interval '1 millisecond'
      where tenant_id = ${tenantId} and failures > 0 and generation > settled_generation
        and next_try_at > clock_timestamp() + ${withinMs}::float8 * interval '1 millisecond'
    `.execute(db)
  },

  /** Has a client read again under its lease, `afterMs` from now: by then a call of ours that came late has ended. */
  verify: async ({ tenantId, clientId }: ClientKey, afterMs: number): Promise<void> => {
    await sql`
      update nexus.clients
      set verify_at = greatest(verify_at, ${fromNow(afterMs)}),
          previous_attempt_deadline = greatest(previous_attempt_deadline, ${fromNow(afterMs - verifyMarginMs)})
      where tenant_id = ${tenantId} and client_id = ${clientId} and vanished_at is null
    `.execute(db)
  },

  /** How many clients have been due for longer than `ms`, with nothing in their way and nobody at them. */
  overdue: async (tenantIds: readonly string[], ms: number): Promise<number> => {
    const { rows } = await sql`
      select count(*) as overdue from nexus.clients c left join nexus.tenants t using (tenant_id)
      where (generation > settled_generation or verify_at <= clock_timestamp())
        and tenant_id = any(${[...tenantIds]}) and vanished_at is null
        and coalesce(c.paused_at, t.paused_at, t.held_at) is null and not ${isApplying(sql`c`)}
        and greatest(case when written_at <= clock_timestamp() then written_at end, next_try_at, verify_at, lease_until)
            < clock_timestamp() - ${ms} * interval '1 millisecond'
    `.execute(db)
    return parsed(OverdueRow, rows)[0]?.overdue ?? 0
  },
})

export type Clients = ReturnType<typeof createClients>

const fromNow = (ms: number) => sql`clock_timestamp() + ${ms}::float8 * interval '1 millisecond'`

const KeyRow = z.object({ tenant_id: z.string(), client_id: z.string() })
const OverdueRow = z.object({ overdue: integer })
