import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { z } from 'zod'
import { ageOf } from '../../../domain/changes/clock.ts'
import type { TerraformPlacement } from '../../../domain/terraform/placement.ts'
import type { Author, ClientKey, ClientState } from '../../../domain/vocabulary.ts'
import { Values } from '../../../domain/vocabulary.ts'
import { auth0Client, integer, pendingChanges, terraformRequest, time, timeInJson } from '../database/columns.ts'
import { parsed } from '../database/rows.ts'
import { isAnswered } from '../servers/sqlstate.ts'
import { statement } from '../database/statement.ts'
import type { Runs } from '../database/statement.ts'
import { together } from '../database/together.ts'
import { deciding, holdings } from './holdings.ts'

/** A client's row with what stands around it. */
export interface ClientRecord extends ClientState {
  readonly revision: number
  /** Changes up to this generation were refused together, and are tried one by one; null where none are. */
  readonly oneByOneUntil: number | null
  /** Milliseconds since Auth0 was last read, by the database's clock. */
  readonly ageMs: number
  readonly vanished: boolean
  /** Why nothing is being sent now; null where nothing stands in the way. */
  readonly blockedBy: BlockedBy | null
  /** Tries that have failed in a row, why the last did, and when the next is due. */
  readonly failures: number
  readonly lastFailure: string | null
  readonly nextTryAt: Date | null
  /** Since when it is so; null where it is not. */
  readonly driftedAt: Date | null
  /** The state whose apply is to blame for the drift; null where none is. */
  readonly driftedByState: string | null
  readonly stalledAt: Date | null
  /** Since when nothing is sent for it, whether it or its tenant was stopped. */
  readonly pausedAt: Date | null
  readonly terraform: TerraformPlacement
  /** What waits in its tenant, where that was asked for. */
  readonly waiting?: Waiting
}

/** How many changes of a tenant wait, and how many of them are of one author; both end at a number that is asked for. */
export interface Waiting {
  readonly all: number
  readonly own: number
}

type BlockedBy = 'client-paused' | 'tenant-paused' | 'tenant-held'

/** What of a row of `nexus.clients` makes the pure state, with the accepted changes (`pendingOf`). */
export const stateColumns = {
  tenant_id: z.string(),
  client_id: z.string(),
  observed: auth0Client,
  observed_at: time,
  base: Values,
  pending: pendingChanges,
  generation: integer,
  settled_generation: integer,
}
const StateRow = z.object(stateColumns)

const placement: z.ZodType<TerraformPlacement> = z.object({
  states: z.array(z.string()),
  request: terraformRequest.nullable(),
  applying: z.object({ state: z.string(), who: z.string(), until: timeInJson }).nullable(),
})

export const waiting: z.ZodType<Waiting> = z.object({ all: integer, own: integer })

/** What waits in a tenant, as JSON. @param by the columns `kind` and `id` of an author, and `most` */
export const waitingOf = (tenantId: RawBuilder<unknown>, by: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select jsonb_build_object(
    'all', count(*), 'own', count(*) filter (where author->>'kind' = ${by}.kind and author->>'id' = ${by}.id))
  from (select author from nexus.changes where tenant_id = ${tenantId} and status = 'accepted' limit ${by}.most) as w)`

/** Whose waiting changes are counted, and where counting ends. */
export interface Counting extends Pick<Author, 'kind' | 'id'> {
  readonly most: number
}

/** What stands around a row of `nexus.clients`: it changes without the row's revision. */
export const standingColumns = {
  paused_at: time.nullable(),
  tenant_paused_at: time.nullable(),
  held_at: time.nullable(),
  terraform: placement,
}
const StandingRow = z.object(standingColumns)

/** A row of `selection`. */
export const ClientRow = z.object({
  ...stateColumns,
  ...standingColumns,
  revision: integer,
  one_by_one_until: integer.nullable(),
  age_ms: z.number(),
  vanished_at: time.nullable(),
  failures: integer,
  last_failure: z.string().nullable(),
  next_try_at: time.nullable(),
  drifted_at: time.nullable(),
  drift_state: z.string().nullable(),
  stalled_at: time.nullable(),
  waited: z.boolean(),
})
type ClientRow = z.infer<typeof ClientRow>

const pendingWith = (more: RawBuilder<unknown>) => sql`
  coalesce((
    select jsonb_agg(
      jsonb_build_object('id', h.id, 'generation', h.generation, 'values', h."values" ${more}) order by h.generation)
    from nexus.changes h
    where h.tenant_id = c.tenant_id and h.client_id = c.client_id and h.status = 'accepted'
  ), '[]'::jsonb)`

/** Accepted changes of the client `c`, oldest first, as JSON. */
export const pendingOf = pendingWith(sql``)

/** The same, with the spans that accepted them. */
export const pendingInTraces = pendingWith(sql`, 'traceparent', h.traceparent`)

/** How the client `c` stands with Terraform, as JSON. */
export const placementOf = sql`
  jsonb_build_object(
    'states', (
      select coalesce(jsonb_agg(distinct r.state), '[]'::jsonb) from ${holdings} r
      where r.tenant_id = c.tenant_id and r.client_id = c.client_id and r.type = 'auth0_client'),
    'request', (
      select jsonb_build_object('kind', q.kind, 'state', q.state) from nexus.terraform_requests q
      where q.tenant_id = c.tenant_id and q.client_id = c.client_id),
    'applying', (
      select jsonb_build_object('state', s.name, 'who', s.lock->>'Who', 'until', s.hold_until)
      from ${deciding} r join nexus.terraform_states s on s.tenant_id = r.tenant_id and s.name = r.state
      where r.tenant_id = c.tenant_id and r.client_id = c.client_id and s.hold_until > clock_timestamp()
      order by s.hold_until desc limit 1)
  )`

/** Whether nothing is sent for the client `c` of the tenant `t` until somebody lifts that. */
export const isStopped = sql`coalesce(c.paused_at, t.paused_at, t.held_at) is not null`

/** Whether an apply keeps the changes of the client in the row of that alias waiting. */
export const isApplying = (alias: RawBuilder<unknown>): RawBuilder<boolean> => sql`exists (
  select from ${deciding} r
  join nexus.terraform_states s on s.tenant_id = r.tenant_id and s.name = r.state
  where r.tenant_id = ${alias}.tenant_id and r.client_id = ${alias}.client_id and s.hold_until > clock_timestamp())`

/** A state that manages the client `c` and whose serial has moved since Auth0 had the confirmed values. */
export const movedState = sql`(
  select s.name from ${deciding} r
  join nexus.terraform_states s on s.tenant_id = r.tenant_id and s.name = r.state
  where r.tenant_id = c.tenant_id and r.client_id = c.client_id and s.serial_moved_at > c.confirmed_at
  order by s.serial_moved_at desc limit 1)`

/** Rows of `nexus.clients` with what stands around them. */
export const selection = sql`
  select c.*, ${pendingOf} as pending, t.paused_at as tenant_paused_at, t.held_at, ${placementOf} as terraform,
         case when c.drifted_at is null then ${movedState} else c.drifted_by_state end as drift_state,
         extract(epoch from clock_timestamp() - c.observed_at)::float8 * 1000 as age_ms,
         c.revision <> (
           select revision from nexus.clients s where s.tenant_id = c.tenant_id and s.client_id = c.client_id
         ) as waited
  from nexus.clients c left join nexus.tenants t using (tenant_id)`

const oneRecord = statement<ClientKey>(
  ({ tenantId, clientId }) => sql`${selection} where c.tenant_id = ${tenantId} and c.client_id = ${clientId}`,
)
const oneLocked = statement<ClientKey>(
  ({ tenantId, clientId }) =>
    sql`${selection} where c.tenant_id = ${tenantId} and c.client_id = ${clientId} for update of c`,
)

/** One client as it stands; `lock` takes its row for the rest of the transaction. */
export const readRecord = async (db: Runs, key: ClientKey, lock: boolean): Promise<ClientRecord | undefined> => {
  const [row] = parsed(ClientRow, await (lock ? oneLocked : oneRecord)(db, key))
  // The statement waited for the row, so its snapshot, and the changes in it, are older than what it locked.
  if (row?.waited) return readRecord(db, key, false)
  return row && toRecord(row)
}

const manyRecords = statement<{ readonly asked: string }>(
  ({ asked }) => sql`
    select asked.place, record.*,
           case when asked.kind is not null then ${waitingOf(sql`asked.tenant_id`, sql`asked`)} end as waiting
    from jsonb_to_recordset(${asked}::jsonb)
      as asked(place integer, tenant_id text, client_id text, kind text, id text, most integer)
    cross join lateral (
      ${selection} where c.tenant_id = asked.tenant_id and c.client_id = asked.client_id
    ) as record`,
)
const PlacedRow = z.object({ ...ClientRow.shape, place: integer, waiting: waiting.nullable() })

interface AskedRecord {
  readonly key: ClientKey
  readonly counting: Counting | undefined
}

/** Reads clients as they stand, with what waits in their tenant where that is asked for. */
export const createReadRecords = (db: Runs): ((asked: AskedRecord) => Promise<ClientRecord | undefined>) =>
  together(async (all) => {
    const asked = all.map(({ key, counting }, place) => ({
      place,
      tenant_id: key.tenantId,
      client_id: key.clientId,
      ...counting,
    }))
    const found: (ClientRecord | undefined)[] = all.map(() => undefined)
    for (const row of parsed(PlacedRow, await manyRecords(db, { asked: JSON.stringify(asked) })))
      found[row.place] = { ...toRecord(row), ...(row.waiting && { waiting: row.waiting }) }
    return found
  }, isAnswered)

export const toRecord = (row: ClientRow): ClientRecord => ({
  ...toState(row),
  revision: row.revision,
  oneByOneUntil: row.one_by_one_until,
  ageMs: ageOf(row.age_ms),
  vanished: row.vanished_at !== null,
  failures: row.failures,
  lastFailure: row.last_failure,
  nextTryAt: row.next_try_at,
  driftedAt: row.drifted_at,
  driftedByState: row.drift_state,
  stalledAt: row.stalled_at,
  ...standingOf(row),
})

/** What stands around a client, as a part of its record. */
export const standingOf = (
  row: z.infer<typeof StandingRow>,
): Pick<ClientRecord, 'blockedBy' | 'pausedAt' | 'terraform'> => ({
  blockedBy: blockedByOf(row),
  pausedAt: row.paused_at ?? row.tenant_paused_at ?? row.held_at,
  terraform: row.terraform,
})

const blockedByOf = (row: z.infer<typeof StandingRow>): BlockedBy | null => {
  if (row.paused_at !== null) return 'client-paused'
  if (row.tenant_paused_at !== null) return 'tenant-paused'
  return row.held_at === null ? null : 'tenant-held'
}

/** The pure state in a row, whoever read it. */
export const toState = (row: z.infer<typeof StateRow>): ClientState => ({
  key: { tenantId: row.tenant_id, clientId: row.client_id },
  observed: row.observed,
  observedAt: row.observed_at,
  base: row.base,
  pending: row.pending,
  generation: row.generation,
  settledGeneration: row.settled_generation,
})
