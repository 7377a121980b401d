import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { SnapshotFacts } from '../../../domain/terraform/snapshot.ts'
import type { TerraformRequest } from '../../../domain/terraform/placement.ts'
import type { Author, ClientKey } from '../../../domain/vocabulary.ts'
import { outdatedWriteColumn, unlockedWriteColumn } from './outdated-writes.ts'
import type { OutdatedWrite, UnlockedWrite } from './outdated-writes.ts'
import { authorColumn, integer, requestColumns, time } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { createRequests } from './requests.ts'
import { snapshotFacts } from './snapshot-facts.ts'
import { heldLockOf, lockAge, lockColumns, serial } from './state-rows.ts'
import type { HeldLock } from './state-rows.ts'
import { holdings } from '../clients/holdings.ts'

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
  /** The last write, where nobody held the lock then. */
  readonly unlockedWrite: UnlockedWrite | null
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
  ...createRequests(db),

  /** Where a client stands, and what is asked for it. */
  status: async ({
    tenantId,
    clientId,
  }: ClientKey): Promise<{ readonly places: Place[]; readonly request: PendingRequest | null }> => {
    const { rows: places } = await sql`
      select r.state, address, tainted, deposed, n.state is not null as named from nexus.terraform_resources r
      left join nexus.terraform_named n on n.tenant_id = r.tenant_id and n.state = r.state
      where r.tenant_id = ${tenantId} and client_id = ${clientId} and type = 'auth0_client' order by r.state, place
    `.execute(db)
    const { rows: requests } = await sql`
      select kind, state, author as by, requested_at as at from nexus.terraform_requests
      where tenant_id = ${tenantId} and client_id = ${clientId}
    `.execute(db)
    return { places: parsed(PlaceRow, places), request: parsed(RequestRow, requests)[0] ?? null }
  },

  /** The states of a tenant of which there is anything to tell, by name. */
  states: async (tenantId: string): Promise<StateSummary[]> => {
    const { rows } = await sql`
      select s.name, s.version, s.snapshot, s.lock, s.locked_by, s.locked_at, ${lockAge} as lock_ms,
             s.outdated_write, s.unlocked_write, v.serial, v.lineage, v.bytes, v.written_at,
             (select count(distinct r.client_id) from nexus.terraform_resources r
              where r.tenant_id = s.tenant_id and r.state = s.name and r.type = 'auth0_client') as clients
      from nexus.terraform_states s left join nexus.terraform_state_versions v
        on v.tenant_id = s.tenant_id and v.state = s.name and v.version = s.version
      where s.tenant_id = ${tenantId} and (s.versions > 0 or s.lock is not null or s.snapshot > 0 or exists (
        select from nexus.terraform_requests q where q.tenant_id = s.tenant_id and q.state = s.name))
      order by s.name
    `.execute(db)
    return parsed(SummaryRow, rows).map((row) => ({
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
      unlockedWrite: row.unlocked_write,
    }))
  },

  /** How many clients are managed, manual, in two states at once, and on the way from one to the other. */
  counts: async (tenantId: string): Promise<StandingCounts> => {
    const { rows } = await sql`
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
    return parsed(CountsRow, rows)[0] ?? { managed: 0, manual: 0, conflicting: 0, adopting: 0, releasing: 0 }
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
    const { rows } = await sql`
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
    return new Map(parsed(UnknownRow, rows).map(({ name, ids }) => [name, ids]))
  },

  /** Everything that stacks are made of, as of one moment. @param whole with all that was observed of each client */
  snapshot: (tenantId: string, whole?: boolean): Promise<SnapshotFacts> => snapshotFacts(db, tenantId, whole),
})

export type StateIndex = ReturnType<typeof createStateIndex>

const PlaceRow: z.ZodType<Place> = z.object({
  state: z.string(),
  named: z.boolean(),
  address: z.string(),
  tainted: z.boolean(),
  deposed: z.string().nullable(),
})
const RequestRow: z.ZodType<PendingRequest> = z.object({ ...requestColumns, by: authorColumn, at: time })
const SummaryRow = z.object({
  ...lockColumns,
  name: z.string(),
  version: integer.nullable(),
  snapshot: integer,
  outdated_write: outdatedWriteColumn.nullable(),
  unlocked_write: unlockedWriteColumn.nullable(),
  serial: serial.nullable(),
  lineage: z.string().nullable(),
  bytes: integer.nullable(),
  written_at: time.nullable(),
  clients: integer,
})
const CountsRow: z.ZodType<StandingCounts> = z.object({
  managed: integer,
  manual: integer,
  conflicting: integer,
  adopting: integer,
  releasing: integer,
})
const UnknownRow = z.object({ name: z.string(), ids: z.array(z.string()) })
