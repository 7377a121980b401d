import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { SnapshotFacts } from '../../../domain/terraform/snapshot.ts'
import type { StateResource } from '../../../domain/terraform/state.ts'
import type { TerraformRequest } from '../../../domain/terraform/placement.ts'
import type { Author, ClientKey } from '../../../domain/vocabulary.ts'
import { recorded } from '../audit.ts'
import type { AuditDraft } from '../audit.ts'
import type { OutdatedWrite } from './outdated-writes.ts'
import { pendingOf } from '../clients/client-record.ts'
import type { Database } from '../database/schema.ts'
import { noteEvent, noteMoved } from '../clients/snapshot-events.ts'
import { heldLockOf, lockStateRow, stateColumns } from './state-rows.ts'
import type { HeldLock, StateKey, StateRow } from './state-rows.ts'
import { holdings } from '../clients/holdings.ts'

/**
 * Makes the index of a state anew, in the transaction that stores it: (state, address) → client. What was asked for and
 * has come true is asked for no longer. The database compares and stores: a state may name a hundred thousand clients.
 *
 * @param index a list of `{place, address, type, client_id, tainted, deposed, declared}`, as JSON
 * @param applies whether an apply writes: what it moves is what its configuration says
 */
export const replaceIndex = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  index: string,
  applies: boolean,
): Promise<void> => {
  const moved = applies ? undefined : await movedBy(trx, { tenantId, name }, index)
  if (moved !== undefined) await noteMoved(trx, tenantId, name, moved)
  await sql`delete from nexus.terraform_resources where tenant_id = ${tenantId} and state = ${name}`.execute(trx)
  await sql`
    insert into nexus.terraform_resources (tenant_id, state, place, address, type, client_id, tainted, deposed, declared)
    select ${tenantId}, ${name}, r.* from jsonb_to_recordset(${index}::jsonb)
      as r(place integer, address text, type text, client_id text, tainted boolean, deposed text, declared boolean)
  `.execute(trx)
  await sql`
    delete from nexus.terraform_requests q
    where q.tenant_id = ${tenantId} and q.state = ${name} and (q.kind = 'adopt') = exists (
      select from nexus.terraform_resources r
      where r.tenant_id = ${tenantId} and r.state = ${name} and r.client_id = q.client_id and r.type = 'auth0_client')
  `.execute(trx)
}

/** A client that will stand elsewhere than now, or nowhere, or does not stand there yet; undefined where none does. */
const movedBy = async (
  trx: Transaction<Database>,
  { tenantId, name }: StateKey,
  index: string,
): Promise<string | undefined> => {
  const { rows } = await sql<{ client_id: string }>`
    with now as (
      select address, client_id from nexus.terraform_resources where tenant_id = ${tenantId} and state = ${name}
    ), next as materialized (
      select address, client_id from jsonb_to_recordset(${index}::jsonb) as r(address text, client_id text)
    )
    select client_id from (
      select 1 as turn, * from (select * from now except select * from next) as gone
      union all select 2, * from (select * from next except select * from now) as come
    ) as moved order by turn, address limit 1
  `.execute(trx)
  return rows[0]?.client_id
}

/** Where a client stands in a state. */
export interface Place {
  readonly state: string
  /** Whether the configuration names the state. A place in another is a claim, and changes nothing. */
  readonly named: boolean
  readonly address: string
  readonly tainted: boolean
  readonly deposed: string | null
}

export interface PendingRequest extends TerraformRequest {
  readonly by: Author
  readonly at: Date
}

/** What Nexus knows of one state, without anything of its text. */
export interface StateSummary {
  readonly name: string
  readonly version: number | null
  readonly serial: number | null
  readonly lineage: string | null
  readonly bytes: number | null
  readonly writtenAt: Date | null
  readonly snapshot: number
  readonly clients: number
  readonly lock: HeldLock | null
  /** The last write past the lock from an outdated configuration, until an apply has held it. */
  readonly outdatedWrite: OutdatedWrite | null
}

/** Counts over the clients of a tenant. */
export interface StandingCounts {
  readonly managed: number
  readonly manual: number
  readonly conflicting: number
  readonly adopting: number
  readonly releasing: number
}

/** Who manages what, as the states that Nexus holds say. */
export const createStateIndex = (db: Kysely<Database>, { applyWaitMs }: { readonly applyWaitMs: number }) => ({
  /** Where a client stands, and what is asked for it. */
  status: async ({
    tenantId,
    clientId,
  }: ClientKey): Promise<{ readonly places: Place[]; readonly request: PendingRequest | null }> => {
    const { rows: places } = await sql<Place>`
      select r.state, address, tainted, deposed, n.state is not null as named from nexus.terraform_resources r
      left join nexus.terraform_named n on n.tenant_id = r.tenant_id and n.state = r.state
      where r.tenant_id = ${tenantId} and client_id = ${clientId} and type = 'auth0_client' order by r.state, place
    `.execute(db)
    const { rows: requests } = await sql<PendingRequest>`
      select kind, state, author as by, requested_at as at from nexus.terraform_requests
      where tenant_id = ${tenantId} and client_id = ${clientId}
    `.execute(db)
    return { places, request: requests[0] ?? null }
  },

  /**
   * Asks for adoption or release; whatever was asked for the client before is asked for no longer. A configuration that
   * was made before a release, or before the end of another request, would do what nobody wants any more: it counts.
   */
  request: (key: ClientKey, { kind, state }: TerraformRequest, author: Author, audit?: AuditDraft): Promise<void> =>
    recorded(db, audit, async (trx, commit) => {
      const before = await lockRequest(trx, key)
      if (before?.kind === kind && before.state === state) return
      if (before !== null) await dropRequest(trx, key)
      // No state is written between this look and the request: it would have ended what it made true.
      await lockStateRow(trx, { tenantId: key.tenantId, name: state })
      if ((kind === 'adopt') === (await standsIn(trx, key, state))) return
      await sql`
        insert into nexus.terraform_requests (tenant_id, client_id, state, kind, author)
        values (${key.tenantId}, ${key.clientId}, ${state}, ${kind}, ${JSON.stringify(author)}::jsonb)
      `.execute(trx)
      if (kind === 'release') await noteEvent(trx, key, 'release')
      await commit()
    }),

  /** Takes a request back. @returns whether there was one */
  cancel: (key: ClientKey, audit?: AuditDraft): Promise<boolean> =>
    recorded(db, audit, async (trx, commit) => {
      if ((await lockRequest(trx, key)) === null) return false
      await dropRequest(trx, key)
      await commit()
      return true
    }),

  /** The states of a tenant of which there is anything to tell, by name. */
  states: async (tenantId: string): Promise<StateSummary[]> => {
    const { rows } = await sql<StateRow & SummaryRow>`
      select s.name, ${stateColumns}, s.outdated_write, v.serial, v.lineage, v.bytes, v.written_at,
             extract(epoch from clock_timestamp() - s.locked_at)::float8 * 1000 as lock_ms,
             (select count(distinct r.client_id) from nexus.terraform_resources r
              where r.tenant_id = s.tenant_id and r.state = s.name and r.type = 'auth0_client') as clients
      from nexus.terraform_states s left join nexus.terraform_state_versions v
        on v.tenant_id = s.tenant_id and v.state = s.name and v.version = s.version
      where s.tenant_id = ${tenantId} and (s.versions > 0 or s.lock is not null or s.snapshot > 0 or exists (
        select from nexus.terraform_requests q where q.tenant_id = s.tenant_id and q.state = s.name))
      order by s.name
    `.execute(db)
    return rows.map((row) => ({
      name: row.name,
      version: row.version,
      serial: row.serial,
      lineage: row.lineage,
      bytes: row.bytes,
      writtenAt: row.written_at,
      snapshot: row.snapshot,
      clients: row.clients,
      lock: heldLockOf(row, applyWaitMs),
      outdatedWrite: row.outdated_write,
    }))
  },

  /** How many clients are managed, manual, in two states at once, and on the way from one to the other. */
  counts: async (tenantId: string): Promise<StandingCounts> => {
    const { rows } = await sql<StandingCounts>`
      with standing as (
        select r.client_id, count(distinct r.state) as states from ${holdings} r
        join nexus.clients c using (tenant_id, client_id)
        where r.tenant_id = ${tenantId} and r.type = 'auth0_client' and c.vanished_at is null group by r.client_id
      ), requested as (
        select q.kind from nexus.terraform_requests q join nexus.clients c using (tenant_id, client_id)
        where q.tenant_id = ${tenantId} and c.vanished_at is null
      )
      select count(*) as managed, count(*) filter (where states > 1) as conflicting,
             (select count(*) from nexus.clients where tenant_id = ${tenantId} and vanished_at is null) - count(*) as manual,
             (select count(*) from requested where kind = 'adopt') as adopting,
             (select count(*) from requested where kind = 'release') as releasing
      from standing
    `.execute(db)
    return rows[0] ?? { managed: 0, manual: 0, conflicting: 0, adopting: 0, releasing: 0 }
  },

  /**
   * Ids that these states name and Nexus does not know, at most `limit` of each state. What a scan should have found, that
   * began after the state was written, Auth0 does not have.
   */
  unknownClients: async (
    tenantId: string,
    states: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, readonly string[]>> => {
    const { rows } = await sql<{ name: string; ids: string[] }>`
      select s.name, array(
        select distinct r.client_id from nexus.terraform_resources r
        where r.tenant_id = s.tenant_id and r.state = s.name and not exists (
          select from nexus.clients c where c.tenant_id = r.tenant_id and c.client_id = r.client_id)
        order by r.client_id limit ${limit}) as ids
      from nexus.terraform_states s join nexus.tenants t using (tenant_id)
      join nexus.terraform_state_versions v on v.tenant_id = s.tenant_id and v.state = s.name and v.version = s.version
      where s.tenant_id = ${tenantId} and s.name = any(${[...states]})
        and (t.last_scan_at is null or v.written_at > t.last_scan_at)
    `.execute(db)
    return new Map(rows.map(({ name, ids }) => [name, ids]))
  },

  /**
   * Everything that stacks are made of, as of one moment.
   *
   * @param whole whether all that was observed of each client is wanted, and not only its name and metadata
   */
  snapshot: (tenantId: string, whole = false): Promise<SnapshotFacts> =>
    db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (trx) => {
        const tenant = await sql<{ scanned: boolean }>`
          select last_scan_at is not null as scanned from nexus.tenants where tenant_id = ${tenantId}
        `.execute(trx)
        const states = await sql<SnapshotFacts['states'][number]>`
          select s.name, s.snapshot, s.others from nexus.terraform_states s
          join nexus.terraform_named n on n.tenant_id = s.tenant_id and n.state = s.name
          where s.tenant_id = ${tenantId} order by s.name
        `.execute(trx)
        const resources = await sql<StateResource & { readonly state: string }>`
          select state, address, type, client_id as "clientId", tainted, deposed, declared from ${holdings} r
          where tenant_id = ${tenantId} and (own or exists (
            select from nexus.clients c where c.tenant_id = r.tenant_id and c.client_id = r.client_id))
          order by state, place
        `.execute(trx)
        const clients = await sql<SnapshotFacts['clients'][number]>`
          select c.client_id as id, c.base, c.vanished_at is not null as vanished, ${pendingOf} as pending,
                 case when ${whole} then c.observed else jsonb_build_object(
                   'name', c.observed->'name', 'client_metadata', c.observed->'client_metadata') end as observed,
                 (select jsonb_build_object('kind', q.kind, 'state', q.state) from nexus.terraform_requests q
                  where q.tenant_id = c.tenant_id and q.client_id = c.client_id) as request
          from nexus.clients c
          where c.tenant_id = ${tenantId} and (c.vanished_at is null
            or exists (select from ${holdings} r where r.tenant_id = c.tenant_id and r.client_id = c.client_id)
            or exists (select from nexus.terraform_requests q where q.tenant_id = c.tenant_id and q.client_id = c.client_id))
          order by c.client_id
        `.execute(trx)
        return {
          scanned: tenant.rows[0]?.scanned ?? false,
          states: states.rows,
          resources: resources.rows,
          clients: clients.rows,
        }
      }),
})

export type StateIndex = ReturnType<typeof createStateIndex>

interface SummaryRow {
  readonly name: string
  readonly serial: number | null
  readonly lineage: string | null
  readonly bytes: number | null
  readonly written_at: Date | null
  readonly clients: number
  readonly outdated_write: OutdatedWrite | null
}

/** What is asked for a client, whose row is locked for the rest of the transaction: two cannot ask at once. */
const lockRequest = async (
  trx: Transaction<Database>,
  { tenantId, clientId }: ClientKey,
): Promise<TerraformRequest | null> => {
  await sql`select from nexus.clients where tenant_id = ${tenantId} and client_id = ${clientId} for update`.execute(trx)
  const { rows } = await sql<TerraformRequest>`
    select kind, state from nexus.terraform_requests where tenant_id = ${tenantId} and client_id = ${clientId}
  `.execute(trx)
  return rows[0] ?? null
}

const standsIn = async (
  trx: Transaction<Database>,
  { tenantId, clientId }: ClientKey,
  state: string,
): Promise<boolean> => {
  const { rows } = await sql`
    select from nexus.terraform_resources r
    where r.tenant_id = ${tenantId} and r.client_id = ${clientId} and r.state = ${state} and r.type = 'auth0_client' limit 1
  `.execute(trx)
  return rows.length > 0
}

/** Counted while the request is there, so that its state counts it. */
const dropRequest = async (trx: Transaction<Database>, key: ClientKey): Promise<void> => {
  await noteEvent(trx, key, 'cancelled')
  await sql`
    delete from nexus.terraform_requests where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
  `.execute(trx)
}
