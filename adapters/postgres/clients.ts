import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Acceptance } from '../../domain/accept.ts'
import type { Auth0Client, ClientKey, ClientState, PendingChange } from '../../domain/vocabulary.ts'
import type { Author } from './changes.ts'
import type { ClientsTable, Database } from './schema.ts'

/** A client's row with what stands around it. */
export interface ClientRecord extends ClientState {
  readonly revision: number
  /** Milliseconds since Auth0 was last read, by the database's clock. */
  readonly ageMs: number
  readonly vanished: boolean
  /** Why nothing is being sent now; null where nothing stands in the way. */
  readonly standstill: Standstill | null
  /** Tries that have failed in a row, why the last did, and when the next is due. */
  readonly failures: number
  readonly lastFailure: string | null
  readonly nextTryAt: Date | null
  /** Since when it is so; null where it is not. */
  readonly driftedAt: Date | null
  readonly stalledAt: Date | null
  readonly pausedAt: Date | null
}

type Standstill = 'client-paused' | 'tenant-paused' | 'tenant-held'

/** What the decision on the locked row comes to: a change to store, or anything else, with nothing stored. */
export type Decide<Refused> = (state: ClientRecord) => Acceptance | Refused

export type Accepted<Refused> =
  | { readonly kind: 'accepted'; readonly changeId: string; readonly settled: boolean; readonly state: ClientRecord }
  | { readonly kind: 'no-such-client' }
  | { readonly kind: 'refused'; readonly refused: Refused | Extract<Acceptance, { kind: 'impossible' }> }

/** The clients that Nexus knows. */
export const createClients = (db: Kysely<Database>) => ({
  /** What Nexus knows of a client; undefined where it knows none of that id. */
  load: (key: ClientKey): Promise<ClientRecord | undefined> => read(db, key, false),

  /**
   * Keeps what Auth0 answered for a client, known or not. An observation never overwrites one that was written while
   * Auth0 was being asked, nor one under a lease: who holds the lease knows better.
   *
   * @param askedAt the row's revision when Auth0 was asked; undefined for a client that was not known
   */
  observe: async (key: ClientKey, observed: Auth0Client, askedAt?: number): Promise<void> => {
    const text = JSON.stringify(observed)
    await sql`
      insert into nexus.clients as c (tenant_id, client_id, observed, observed_at)
      values (${key.tenantId}, ${key.clientId}, ${text}::jsonb, clock_timestamp())
      on conflict (tenant_id, client_id) do update
        set observed = excluded.observed, observed_at = excluded.observed_at, revision = c.revision + 1,
            written_at = clock_timestamp(), vanished_at = null
        where c.revision = ${askedAt ?? -1} and (c.lease_until is null or c.lease_until < clock_timestamp())
    `.execute(db)
  },

  /** The clients of a tenant in which Nexus has a say: fields that it owns, or changes that wait. By name, then id. */
  owned: async (tenantId: string): Promise<ClientRecord[]> => {
    const { rows } = await sql<StateRow>`
      ${selection}
      where c.tenant_id = ${tenantId} and c.vanished_at is null
        and (c.base <> '{}'::jsonb or c.generation > c.settled_generation)
      order by c.observed->>'name', c.client_id
    `.execute(db)
    return rows.map(toRecord)
  },

  /**
   * Accepts a change: one transaction on the locked row, in which `decide` sees the newest state.
   *
   * A change that changes nothing is settled here and now; any other is for the worker.
   *
   * @throws the database's error, with nothing stored
   */
  accept: <Refused extends { readonly kind: string }>(
    key: ClientKey,
    author: Author,
    decide: Decide<Refused>,
  ): Promise<Accepted<Refused>> =>
    db.transaction().execute(async (trx): Promise<Accepted<Refused>> => {
      const state = await read(trx, key, true)
      if (state === undefined || state.vanished) return { kind: 'no-such-client' }
      const decision = decide(state)
      if (!isAccepted(decision)) return { kind: 'refused', refused: decision }
      const changeId = randomUUID()
      const generation = state.generation + 1
      const settled = decision.changesNothing
      const base = settled ? { ...state.base, ...decision.values } : state.base
      await sql`
        with stored as (
          insert into nexus.changes (id, tenant_id, client_id, generation, "values", status, author, settled_at)
          values (${changeId}, ${key.tenantId}, ${key.clientId}, ${generation}, ${JSON.stringify(decision.values)}::jsonb,
                  ${settled ? 'applied' : 'accepted'}, ${JSON.stringify(author)}::jsonb,
                  ${settled ? sql`clock_timestamp()` : null})
        )
        update nexus.clients
        set generation = ${generation}, revision = revision + 1, base = ${JSON.stringify(base)}::jsonb,
            settled_generation = ${settled ? generation : state.settledGeneration},
            -- A person's change is tried at once, whatever an earlier failure asked to wait for.
            next_try_at = null,
            woken_at = clock_timestamp(), written_at = clock_timestamp()
        where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
      `.execute(trx)
      const change: PendingChange = { id: changeId, generation, values: decision.values }
      const after: ClientRecord = settled
        ? { ...state, base, generation, settledGeneration: generation, revision: state.revision + 1 }
        : { ...state, pending: [...state.pending, change], generation, revision: state.revision + 1 }
      return { kind: 'accepted', changeId, settled, state: after }
    }),

  /** Notes that Auth0 no longer has a client. Pending changes are rejected by the worker that found out. */
  forget: async (key: ClientKey, askedAt: number): Promise<void> => {
    await sql`
      update nexus.clients
      set vanished_at = clock_timestamp(), revision = revision + 1, written_at = clock_timestamp()
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId} and revision = ${askedAt}
        and generation = settled_generation
    `.execute(db)
  },

  /** Stops sending for one client, or starts it again. Changes are accepted all the while. */
  pause: async (key: ClientKey, paused: boolean): Promise<void> => {
    await sql`
      update nexus.clients
      set paused_at = ${paused ? sql`coalesce(paused_at, clock_timestamp())` : null}, revision = revision + 1,
          woken_at = null
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
    `.execute(db)
  },

  /** Tries again now, whatever a failure asked to wait for, and reads Auth0 first. */
  retry: async (key: ClientKey): Promise<void> => {
    await sql`
      update nexus.clients
      set next_try_at = null, verify_at = clock_timestamp(), revision = revision + 1, woken_at = clock_timestamp()
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
    `.execute(db)
  },

  /**
   * Clients with work that no job may cover: lag, or a reading that is due, and no job asked for since it fell
   * due, or in the last `quietMs`. They are marked as asked for now. For the sweep; clients of paused and held tenants are left alone.
   */
  withWork: async (tenantIds: readonly string[], quietMs: number, limit: number): Promise<ClientKey[]> => {
    const { rows } = await sql<{ tenant_id: string; client_id: string }>`
      update nexus.clients c set woken_at = clock_timestamp()
      where (tenant_id, client_id) in (
        select tenant_id, client_id from nexus.clients c2 left join nexus.tenants t using (tenant_id)
        where (generation > settled_generation or verify_at <= clock_timestamp())
          and tenant_id = any(${[...tenantIds]}) and vanished_at is null
          and (next_try_at is null or next_try_at <= clock_timestamp())
          and (lease_until is null or lease_until <= clock_timestamp())
          and (woken_at is null or woken_at <= clock_timestamp() - ${quietMs} * interval '1 millisecond'
               or woken_at < greatest(verify_at, next_try_at))
          and coalesce(c2.paused_at, t.paused_at, t.held_at) is null
        order by next_try_at nulls first
        limit ${limit}
      )
      returning tenant_id, client_id
    `.execute(db)
    return rows.map((row) => ({ tenantId: row.tenant_id, clientId: row.client_id }))
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

  /** How many clients have been due for longer than `ms`, with nothing in their way and nobody at them. */
  overdue: async (tenantIds: readonly string[], ms: number): Promise<number> => {
    const { rows } = await sql<{ overdue: number }>`
      select count(*) as overdue from nexus.clients c left join nexus.tenants t using (tenant_id)
      where (generation > settled_generation or verify_at <= clock_timestamp())
        and tenant_id = any(${[...tenantIds]}) and vanished_at is null
        and coalesce(c.paused_at, t.paused_at, t.held_at) is null
        and greatest(written_at, next_try_at, verify_at, lease_until) < clock_timestamp() - ${ms} * interval '1 millisecond'
    `.execute(db)
    return rows[0]?.overdue ?? 0
  },
})

export type Clients = ReturnType<typeof createClients>

const isAccepted = (decision: { readonly kind: string }): decision is Extract<Acceptance, { kind: 'accepted' }> =>
  decision.kind === 'accepted'

interface StateRow extends Selectable<ClientsTable> {
  readonly pending: readonly PendingChange[]
  readonly age_ms: number
  readonly tenant_paused_at: Date | null
  readonly held_at: Date | null
  readonly waited: boolean
}

/** Accepted changes of the client `c`, oldest first, as JSON. */
export const pendingOf = sql`
  coalesce((
    select jsonb_agg(jsonb_build_object('id', h.id, 'generation', h.generation, 'values', h."values") order by h.generation)
    from nexus.changes h
    where h.tenant_id = c.tenant_id and h.client_id = c.client_id and h.status = 'accepted'
  ), '[]'::jsonb)`

/** Rows of `nexus.clients` with what stands around them. */
const selection = sql`
  select c.*, ${pendingOf} as pending, t.paused_at as tenant_paused_at, t.held_at,
         extract(epoch from clock_timestamp() - c.observed_at)::float8 * 1000 as age_ms,
         c.revision <> (
           select revision from nexus.clients s where s.tenant_id = c.tenant_id and s.client_id = c.client_id
         ) as waited
  from nexus.clients c left join nexus.tenants t using (tenant_id)`

const read = async (
  db: Kysely<Database> | Transaction<Database>,
  key: ClientKey,
  lock: boolean,
): Promise<ClientRecord | undefined> => {
  const { rows } = await sql<StateRow>`
    ${selection}
    where c.tenant_id = ${key.tenantId} and c.client_id = ${key.clientId}
    ${lock ? sql`for update of c` : sql``}
  `.execute(db)
  const [row] = rows
  // The statement waited for the row, so its snapshot, and the changes in it, are older than what it locked.
  if (row?.waited) return read(db, key, false)
  return row && toRecord(row)
}

const toRecord = (row: StateRow): ClientRecord => ({
  ...toState(row),
  revision: row.revision,
  ageMs: row.age_ms,
  vanished: row.vanished_at !== null,
  standstill: standstillOf(row),
  failures: row.failures,
  lastFailure: row.last_failure,
  nextTryAt: row.next_try_at,
  driftedAt: row.drifted_at,
  stalledAt: row.stalled_at,
  pausedAt: row.paused_at,
})

const standstillOf = (row: StateRow): Standstill | null => {
  if (row.paused_at !== null) return 'client-paused'
  if (row.tenant_paused_at !== null) return 'tenant-paused'
  return row.held_at === null ? null : 'tenant-held'
}

/** The pure state in a row, whoever read it. */
export const toState = (
  row: Selectable<ClientsTable> & { readonly pending: readonly PendingChange[] },
): ClientState => ({
  key: { tenantId: row.tenant_id, clientId: row.client_id },
  observed: row.observed,
  observedAt: row.observed_at,
  base: row.base,
  pending: row.pending,
  generation: row.generation,
  settledGeneration: row.settled_generation,
})
