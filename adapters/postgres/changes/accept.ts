import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { Acceptance } from '../../../domain/changes/accept.ts'
import { newlyOwned, valuesBefore } from '../../../domain/clients/desired.ts'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { Issue } from '../../../domain/texts/json-text.ts'
import type { Author, ClientKey, FieldPath } from '../../../domain/vocabulary.ts'
import { draftWithoutRequest } from '../audit-draft.ts'
import { acceptedEntry, recorded } from '../audit.ts'
import type { AuditDraft } from '../audit-draft.ts'
import { isOutOfTime, isRefused, isUnavailable } from '../servers/sqlstate.ts'
import { happened } from '../events/happened.ts'
import { createAcceptAtOnce } from './accept-at-once.ts'
import { ClaimLost } from './idempotency.ts'
import { noteChange } from './origin.ts'
import type { Origin } from './origin.ts'
import { listingStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { readRecord } from '../clients/client-record.ts'
import type { ClientRecord } from '../clients/client-record.ts'
import { jsonb } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { noteEvent } from '../clients/snapshot-events.ts'

/** What the decision on the locked row comes to: a change to store, or anything else, with nothing stored. */
export type Decide<Refused> = (state: ClientRecord) => Acceptance | Refused

export type Accepted<Refused> =
  | {
      readonly kind: 'accepted'
      readonly changeId: string
      readonly settled: boolean
      readonly state: ClientRecord
      readonly warnings: readonly Issue[]
      /** The fields that Nexus owns since then. */
      readonly owned: readonly FieldPath[]
    }
  | { readonly kind: 'no-such-client' }
  | { readonly kind: 'refused'; readonly refused: Refused | Extract<Acceptance, { kind: 'impossible' }> }

/** What a change is accepted with, beside who wants it and the decision. */
export interface AcceptOptions {
  /** The client as it was loaded, to decide on it at once; without it the locked row is decided on. */
  readonly loaded?: ClientRecord | undefined
  /** Where the change comes from: noted with it, so that a repetition finds it. */
  readonly origin?: Origin | undefined
  /** The record of who did it, which is stored with it. */
  readonly audit?: AuditDraft | undefined
  /** The span in which it is accepted, as W3C Trace Context writes it. */
  readonly traceparent?: string | undefined
}

type StoredWith = Pick<AcceptOptions, 'origin' | 'traceparent'>

/**
 * Accepts a change. What was loaded is decided on first: if it still stands so, one statement stores everything. Otherwise
 * it takes one transaction on the locked row, in which `decide` sees the newest state.
 *
 * A change that changes nothing is settled here and now; any other is for the worker.
 *
 * @param keyed where what was loaded is decided on
 * @throws the database's error, with nothing stored; OutcomeUnknown where that cannot be said; ClaimLost where the
 *   origin is somebody else's
 */
export const createAccept = (db: Kysely<Database>, keysOf: KeysOf, keyed = db) => {
  const acceptAtOnce = createAcceptAtOnce(keyed)

  /** @returns undefined where the client is no longer as it was loaded; nothing is stored then */
  const atOnce = async <Refused extends { readonly kind: string }>(
    loaded: ClientRecord,
    author: Author,
    decide: Decide<Refused>,
    { origin, traceparent }: StoredWith,
    audit: AuditDraft,
  ): Promise<Accepted<Refused> | undefined> => {
    const decision = decide(loaded)
    if (!isAccepted(decision)) return { kind: 'refused', refused: decision }
    const decided = decidedOn(loaded, decision, keysOf)
    const { changeId, settled, warnings, owned, after } = decided
    try {
      const entry = acceptedEntry({ ...audit.facts(), changeId })
      const standing = await acceptAtOnce({ ...decided, author, origin, traceparent, audit: entry })
      if (standing === undefined) return undefined
      audit.note({ changeId })
      audit.stored()
      return { kind: 'accepted', changeId, settled, state: { ...after, ...standing }, warnings, owned }
    } catch (error) {
      if (error instanceof ClaimLost) throw error
      // What the statement was refused for is told by its parts, one by one.
      if (isRefused(error)) return undefined
      // The connection was lost, or the answer cannot be read: the statement may have been done.
      if (!(await isStored(db, loaded.key, changeId))) throw error
      audit.note({ changeId })
      audit.stored()
      return { kind: 'accepted', changeId, settled, state: after, warnings, owned }
    }
  }

  const locked = async <Refused extends { readonly kind: string }>(
    key: ClientKey,
    author: Author,
    decide: Decide<Refused>,
    { origin, traceparent }: StoredWith,
    audit: AuditDraft | undefined,
  ): Promise<Accepted<Refused>> => {
    let written: Extract<Accepted<Refused>, { kind: 'accepted' }> | undefined
    const transaction = recorded(db, audit, async (trx, told): Promise<Accepted<Refused>> => {
      const state = await readRecord(trx, key, true)
      if (state === undefined || state.vanished) return { kind: 'no-such-client' }
      const decision = decide(state)
      if (!isAccepted(decision)) return { kind: 'refused', refused: decision }
      const { changeId, settled, warnings, owned, replaced, listing, after } = decidedOn(state, decision, keysOf)
      await sql`
      with stored as (
        insert into nexus.changes (id, tenant_id, client_id, generation, "values", "before", status, author, settled_at,
                                   warnings, traceparent)
        values (${changeId}, ${key.tenantId}, ${key.clientId}, ${after.generation}, ${jsonb(decision.values)},
                ${jsonb(replaced)},
                ${settled ? 'applied' : 'accepted'}, ${jsonb(author)},
                ${settled ? sql`clock_timestamp()` : null},
                ${warnings.length === 0 ? null : jsonb(warnings)}, ${traceparent ?? null})
      ), happened as (${happened(sql`
        values (${key.tenantId}, ${key.clientId}, ${settled ? 'change.applied' : 'change.accepted'}, ${state.revision + 1}::bigint)
      `)}) ${listing ? sql`, listed as (${listingStatement(key.tenantId, [{ clientId: key.clientId, listing }])})` : sql``}
      update nexus.clients
      set generation = ${after.generation}, revision = revision + 1, base = ${jsonb(after.base)},
          settled_generation = ${after.settledGeneration},
          -- A person's change is tried at once, whatever an earlier failure asked to wait for.
          next_try_at = null,
          -- Of a client that is stopped nobody is told: who lifts that looks for what waits.
          woken_at = ${state.blockedBy === null ? sql`clock_timestamp()` : null}, written_at = clock_timestamp(),
          updated_at = date_trunc('milliseconds', clock_timestamp())
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
    `.execute(trx)
      await noteOwned(trx, state, owned)
      if (origin !== undefined) await noteChange(trx, origin, changeId)
      await told({ changeId })
      written = { kind: 'accepted', changeId, settled, state: after, warnings, owned }
      return written
    })
    try {
      return await transaction
    } catch (error) {
      // The connection was lost after everything was written: whether the COMMIT arrived, only the row can tell.
      if (written === undefined || !isUnavailable(error)) throw error
      if (!(await isStored(db, key, written.changeId))) throw error
      audit?.stored()
      return written
    }
  }

  return async <Refused extends { readonly kind: string }>(
    key: ClientKey,
    author: Author,
    decide: Decide<Refused>,
    { loaded, audit = recordOfPolicy(key, author), ...more }: AcceptOptions = {},
  ): Promise<Accepted<Refused>> => {
    const stored = loaded && audit && (await atOnce(loaded, author, decide, more, audit))
    return stored ?? locked(key, author, decide, more, audit)
  }
}

export type Accept = ReturnType<typeof createAccept>

/** What an acceptance makes of a client. */
const decidedOn = (
  state: ClientRecord,
  { values, changesNothing: settled, warnings = [] }: Extract<Acceptance, { kind: 'accepted' }>,
  keysOf: KeysOf,
) => {
  const changeId = randomUUID()
  const generation = state.generation + 1
  const moved = { ...state, generation, revision: state.revision + 1 }
  const after: ClientRecord = settled
    ? { ...moved, base: { ...state.base, ...values }, settledGeneration: generation }
    : { ...moved, pending: [...state.pending, { id: changeId, generation, values }] }
  const keys = keysOf(state.key.tenantId)
  const replaced = valuesBefore(state, values, keys)
  const listing = listingChange(state, after, keys)
  return {
    before: state,
    after,
    changeId,
    values,
    replaced,
    settled,
    warnings,
    owned: newlyOwned(state, values),
    listing,
  }
}

/** What Nexus does of its own accord is recorded too: every policy puts back what somebody else changed. */
const recordOfPolicy = ({ tenantId, clientId }: ClientKey, author: Author): AuditDraft | undefined =>
  author.kind === 'policy'
    ? draftWithoutRequest({ action: 'sync.revert', tenantId, actor: author, target: clientId })
    : undefined

/** Fields that become owned: a configuration of Terraform that still holds them is too old from now on. */
const noteOwned = async (
  trx: Transaction<Database>,
  { key, terraform: { states, request } }: ClientRecord,
  fields: readonly FieldPath[],
): Promise<void> => {
  if (fields.length > 0 && (states.length > 0 || request !== null)) await noteEvent(trx, key, 'owned', fields)
}

/** The database went away as a change was being stored. It may be there: its id is the way to find out. */
export class OutcomeUnknown extends Error {
  readonly changeId: string
  constructor(changeId: string, cause: unknown) {
    super(`Whether the change ${changeId} was stored is not known.`, { cause })
    this.name = 'OutcomeUnknown'
    this.changeId = changeId
  }
}

/**
 * Whether a change was stored whose connection was lost. Who asks takes the row's lock first, and moves its revision on: a
 * statement that still waits for the row, or is still on its way, is done with, or stores nothing any more.
 *
 * @throws OutcomeUnknown when the database does not come back soon
 */
const isStored = async (
  db: Kysely<Database>,
  { tenantId, clientId }: ClientKey,
  changeId: string,
): Promise<boolean> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sql`
        update nexus.clients set revision = revision + 1 where tenant_id = ${tenantId} and client_id = ${clientId}
      `.execute(db)
      const { rows } = await sql`select 1 from nexus.changes where id = ${changeId}`.execute(db)
      return rows.length > 0
    } catch (error) {
      // The row is locked for as long as a commit waits for a standby that is away.
      if (attempt === 5 || isOutOfTime(error)) throw new OutcomeUnknown(changeId, error)
      await sleep(attempt * 200)
    }
  }
}

const isAccepted = (decision: { readonly kind: string }): decision is Extract<Acceptance, { kind: 'accepted' }> =>
  decision.kind === 'accepted'
