import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import { z } from 'zod'
import { Values } from '../../../domain/vocabulary.ts'
import type { Auth0Client } from '../../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import type { AllLeftOut } from '../../../domain/clients/left-out.ts'
import { nominates } from '../../../domain/clients/drift.ts'
import { listingOf } from '../../../domain/clients/listing.ts'
import { listingStatement } from './listing-rows.ts'
import { observedEvents, tenantEvent } from '../events/happened.ts'
import { auth0Client, ClientIdRow, integer, time } from '../database/columns.ts'
import { jsonb, parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'

/** A client as a page of a list had it. */
export interface Listed {
  readonly clientId: string
  readonly client: Auth0Client
}

/** Where a scan stands that somebody asked for. */
export interface AskedScan {
  /** Whether it is over; when it then began. */
  readonly beganAt: Date | null
  /** How many clients the last complete scan found; null where there was none. */
  readonly clients: number | null
  /** What keeps it from beginning, or broke the last one off; null where nothing does. */
  readonly problem: string | null
}

/** Whether a scan is asked for that no scan has answered yet, in the row of a tenant. */
const outstanding = sql`
  (scan_asked_at is not null and (asked_scan_ended_at is null or asked_scan_ended_at < scan_asked_at))`

const NowRow = z.object({ now: time })
const AskedRow = z.object({ began_at: time.nullable(), clients: integer.nullable(), problem: z.string().nullable() })
const ClaimRow = z.object({ tenant_id: z.string(), started_at: time, asked: z.boolean() })
const KnownRow = z.object({ client_id: z.string(), observed: auth0Client, base: Values, drifted: z.boolean() })

/** What a scan of a tenant's clients reads and writes. It only nominates: what it suspects is confirmed under a lease. */
export const createScans = (db: Kysely<Database>) => ({
  /**
   * Asks for a scan that begins from now on. Who asks while one is asked for joins it, and so does who asks within
   * `sharedMs` after its end: one scan serves them all.
   *
   * @returns the database's time of the question
   */
  ask: async (tenantId: string, sharedMs: number): Promise<Date> => {
    const { rows } = await sql`
      with asked as (
        update nexus.tenants
        set scan_asked_at = clock_timestamp(), next_scan_at = least(next_scan_at, clock_timestamp())
        where tenant_id = ${tenantId} and not ${outstanding} and (
          asked_scan_ended_at is null
          or asked_scan_ended_at < clock_timestamp() - ${sharedMs} * interval '1 millisecond')
        returning 1
      ) select clock_timestamp() as now, (select count(*) from asked)
    `.execute(db)
    return parsed(NowRow, rows)[0]?.now ?? new Date()
  },

  /** How far the scan is that was asked for last. */
  asked: async (tenantId: string): Promise<AskedScan> => {
    const { rows } = await sql`
      select case when not ${outstanding} then last_scan_at end as began_at, last_scan_clients as clients,
             case when paused_at is not null then 'Nothing is sent to this tenant until it is resumed.'
                  when held_at is not null then 'Auth0 does not take the tenant''s credential.'
                  else scan_problem end as problem
      from nexus.tenants where tenant_id = ${tenantId}
    `.execute(db)
    const [row] = parsed(AskedRow, rows)
    return { beganAt: row?.began_at ?? null, clients: row?.clients ?? null, problem: row?.problem ?? null }
  },

  /** Has an interval hold that is shorter than the one by which the next scan was set: the shorter of both counts. */
  shorten: async (tenantId: string, intervalMs: number): Promise<void> => {
    await sql`
      update nexus.tenants
      set next_scan_at = greatest(last_scan_at + ${intervalMs} * interval '1 millisecond', clock_timestamp())
      where tenant_id = ${tenantId} and next_scan_at > clock_timestamp()
        and next_scan_at > last_scan_at + ${intervalMs} * interval '1 millisecond'
        and scan_problem is null
    `.execute(db)
  },

  /**
   * Claims the scan of one tenant that is due, for `forMs`. Scans that somebody waits for come first.
   *
   * @param onlyAsked leaves the others alone
   * @returns the tenant, the database's time as the scan begins, and whether somebody waits for it
   */
  claim: async (
    tenantIds: readonly string[],
    forMs: number,
    onlyAsked = false,
  ): Promise<{ readonly tenantId: string; readonly startedAt: Date; readonly asked: boolean } | undefined> => {
    const { rows } = await sql`
      update nexus.tenants set scan_until = clock_timestamp() + ${forMs} * interval '1 millisecond'
      where tenant_id = (
        select tenant_id from nexus.tenants
        where next_scan_at <= clock_timestamp() and tenant_id = any(${[...tenantIds]})
          and coalesce(paused_at, held_at) is null
          and (scan_until is null or scan_until <= clock_timestamp())
          and (${outstanding} or not ${onlyAsked}::boolean)
        order by ${outstanding} desc, next_scan_at limit 1 for update skip locked
      )
      returning tenant_id, clock_timestamp() as started_at, ${outstanding} as asked
    `.execute(db)
    const [row] = parsed(ClaimRow, rows)
    return row && { tenantId: row.tenant_id, startedAt: row.started_at, asked: row.asked }
  },

  /** The database's time, taken before a page is asked for; the claim is extended with it. */
  beginPage: async (tenantId: string, forMs: number): Promise<Date> => {
    const { rows } = await sql`
      update nexus.tenants set scan_until = clock_timestamp() + ${forMs} * interval '1 millisecond'
      where tenant_id = ${tenantId} returning clock_timestamp() as now
    `.execute(db)
    return parsed(NowRow, rows)[0]?.now ?? new Date(0)
  },

  /** The database's time, taken before a page is asked for that belongs to no scan. */
  time: async (): Promise<Date> => {
    const { rows } = await sql`select clock_timestamp() as now`.execute(db)
    return parsed(NowRow, rows)[0]?.now ?? new Date(0)
  },

  /**
   * Keeps a page: clients that were not known become known; of known ones `observed` is written only where no lease
   * lives, nothing is pending, and the row has not been written since before the page was asked for.
   *
   * @returns how many were nominated: their drift, or its end, is to be confirmed by one reading
   */
  keepPage: async (tenantId: string, askedAt: Date, listed: readonly Listed[], keys: MetadataKeys): Promise<number> => {
    const ids = listed.map(({ clientId }) => clientId)
    const { rows } = await sql`
      select client_id, observed, base, drifted_at is not null as drifted from nexus.clients
      where tenant_id = ${tenantId} and client_id = any(${ids}) and base <> '{}'::jsonb
    `.execute(db)
    const known = new Map(parsed(KnownRow, rows).map((row) => [row.client_id, row]))
    const nominated = listed
      .filter(({ clientId, client }) => {
        const row = known.get(clientId)
        return row !== undefined && nominates(row.base, row.observed, client, row.drifted, keys)
      })
      .map(({ clientId }) => clientId)
    const pages = listed.filter(({ clientId }) => !nominated.includes(clientId))
    const listings = pages.map(({ clientId, client }) => ({
      clientId,
      // Rows in which anything waits are not written: with what is confirmed, this is all that they say.
      listing: listingOf(
        { key: { tenantId, clientId }, observed: client, base: known.get(clientId)?.base ?? {}, pending: [] },
        keys,
      ),
    }))
    await sql`
      with kept as (
      insert into nexus.clients as c (tenant_id, client_id, observed, observed_at, confirmed_at)
      select ${tenantId}, l.client_id, l.client, ${askedAt}::timestamptz, ${askedAt}::timestamptz
      from jsonb_to_recordset(${jsonb(pages.map(({ clientId, client }) => ({ client_id: clientId, client })))})
        as l(client_id text, client jsonb)
      on conflict (tenant_id, client_id) do update
        set observed = excluded.observed, observed_at = excluded.observed_at, revision = c.revision + 1,
            written_at = clock_timestamp(), vanished_at = null,
            -- What drifts otherwise is nominated; a drift that is known is not as confirmed.
            confirmed_at = case when c.drifted_at is null then excluded.observed_at else c.confirmed_at end,
            updated_at = case when c.observed is distinct from excluded.observed or c.vanished_at is not null
                         then excluded.updated_at else c.updated_at end
        where (c.lease_until is null or c.lease_until <= clock_timestamp())
          and c.generation = c.settled_generation and ${isBefore(sql`c.written_at`, askedAt)}
        returning c.tenant_id, c.client_id, c.observed, c.revision
      ), happened as (${observedEvents(sql`kept`)})
      ${listingStatement(tenantId, listings, sql`where r.client_id in (select client_id from kept)`)}
    `.execute(db)
    if (nominated.length > 0) await nominate(db, tenantId, nominated)
    return nominated.length
  },

  /** After a complete scan: nominates what was known before it and did not stand on any page. */
  nominateUnseen: async (tenantId: string, startedAt: Date): Promise<number> => {
    const { rows } = await sql`
      select client_id from nexus.clients
      where tenant_id = ${tenantId} and ${isBefore(sql`observed_at`, startedAt)} and ${isBefore(sql`written_at`, startedAt)}
        and vanished_at is null and verify_at is null and generation = settled_generation
    `.execute(db)
    if (rows.length > 0)
      await nominate(
        db,
        tenantId,
        parsed(ClientIdRow, rows).map((row) => row.client_id),
      )
    return rows.length
  },

  /** Ends a scan. One that broke off says why, and is tried again sooner. */
  finish: async (
    tenantId: string,
    result:
      | { readonly startedAt: Date; readonly clients: number; readonly leftOut: AllLeftOut }
      | { readonly problem: string },
    nextInMs: number,
  ): Promise<void> => {
    const next = sql`clock_timestamp() + ${nextInMs} * interval '1 millisecond'`
    const outcome =
      'problem' in result
        ? sql`scan_problem = ${result.problem}, next_scan_at = ${next}`
        : sql`scan_problem = null, last_scan_at = ${result.startedAt}, last_scan_clients = ${result.clients},
              left_out = ${jsonb(result.leftOut)},
              asked_scan_ended_at = case when ${outstanding} and scan_asked_at <= ${result.startedAt}
                                    then clock_timestamp() else asked_scan_ended_at end,
              -- Who asked while this one was running waits for one that begins later.
              next_scan_at = case when ${outstanding} and scan_asked_at > ${result.startedAt}
                             then clock_timestamp() else ${next} end`
    await sql`
      with ended as (
        update nexus.tenants set scan_until = null, ${outcome} where tenant_id = ${tenantId} returning 1
      ) ${tenantEvent(tenantId, 'tenant.scanned', sql`ended`)}
    `.execute(db)
  },
})

export type Scans = ReturnType<typeof createScans>

/** Whether a row was written before a time; one from the future was written by a clock that has been set since. */
const isBefore = (written: RawBuilder<unknown>, time: Date) =>
  sql`(${written} < ${time} or ${written} > clock_timestamp())`

const nominate = async (db: Kysely<Database>, tenantId: string, clientIds: readonly string[]): Promise<void> => {
  await sql`
    update nexus.clients set verify_at = coalesce(verify_at, clock_timestamp()), woken_at = null
    where tenant_id = ${tenantId} and client_id = any(${[...clientIds]})
  `.execute(db)
}
