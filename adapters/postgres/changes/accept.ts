import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Kysely, Transaction } from 'kysely'
import type { Acceptance } from '../../../domain/changes/accept.ts'
import { newlyOwned } from '../../../domain/clients/desired.ts'
import { listingChange } from '../../../domain/clients/listing.ts'
import type { Issue } from '../../../domain/texts/json-text.ts'
import type { Author, ClientKey, FieldPath, PendingChange } from '../../../domain/vocabulary.ts'
import { createAuditDraft, recorded } from '../audit.ts'
import type { AuditDraft } from '../audit.ts'
import { isUnavailable } from '../database/sqlstate.ts'
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

/**
 * Accepts a change: one transaction on the locked row, in which `decide` sees the newest state.
 *
 * A change that changes nothing is settled here and now; any other is for the worker. The record of who did it is
 * stored with it.
 *
 * @param origin where it comes from: noted with it, so that a repetition finds it
 * @throws the database's error, with nothing stored; OutcomeUnknown where that cannot be said; ClaimLost where the
 *   origin is somebody else's
 */
export const createAccept =
  (db: Kysely<Database>, keysOf: KeysOf) =>
  async <Refused extends { readonly kind: string }>(
    key: ClientKey,
    author: Author,
    decide: Decide<Refused>,
    origin?: Origin,
    audit: AuditDraft | undefined = recordOfPolicy(key, author),
  ): Promise<Accepted<Refused>> => {
    let written: Extract<Accepted<Refused>, { kind: 'accepted' }> | undefined
    const transaction = recorded(db, audit, async (trx, decided): Promise<Accepted<Refused>> => {
      const state = await readRecord(trx, key, true)
      if (state === undefined || state.vanished) return { kind: 'no-such-client' }
      const decision = decide(state)
      if (!isAccepted(decision)) return { kind: 'refused', refused: decision }
      const changeId = randomUUID()
      const generation = state.generation + 1
      const { changesNothing: settled, warnings = [] } = decision
      const base = settled ? { ...state.base, ...decision.values } : state.base
      const change: PendingChange = { id: changeId, generation, values: decision.values }
      const after: ClientRecord = settled
        ? { ...state, base, generation, settledGeneration: generation, revision: state.revision + 1 }
        : { ...state, pending: [...state.pending, change], generation, revision: state.revision + 1 }
      const listing = listingChange(state, after, keysOf(key.tenantId))
      await sql`
      with stored as (
        insert into nexus.changes (id, tenant_id, client_id, generation, "values", status, author, settled_at, warnings)
        values (${changeId}, ${key.tenantId}, ${key.clientId}, ${generation}, ${jsonb(decision.values)},
                ${settled ? 'applied' : 'accepted'}, ${jsonb(author)},
                ${settled ? sql`clock_timestamp()` : null},
                ${warnings.length === 0 ? null : jsonb(warnings)})
      ) ${listing ? sql`, listed as (${listingStatement(key.tenantId, [{ clientId: key.clientId, listing }])})` : sql``}
      update nexus.clients
      set generation = ${generation}, revision = revision + 1, base = ${jsonb(base)},
          settled_generation = ${settled ? generation : state.settledGeneration},
          -- A person's change is tried at once, whatever an earlier failure asked to wait for.
          next_try_at = null,
          woken_at = clock_timestamp(), written_at = clock_timestamp(),
          updated_at = date_trunc('milliseconds', clock_timestamp())
      where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
    `.execute(trx)
      const owned = newlyOwned(state, decision.values)
      await noteOwned(trx, state, owned)
      if (origin !== undefined) await noteChange(trx, origin, changeId)
      await decided({ changeId })
      written = { kind: 'accepted', changeId, settled, state: after, warnings, owned }
      return written
    })
    try {
      return await transaction
    } catch (error) {
      // The connection was lost after everything was written: whether the COMMIT arrived, only the row can tell.
      if (written === undefined || !isUnavailable(error)) throw error
      if (await isStored(db, written.changeId)) {
        audit?.stored()
        return written
      }
      throw error
    }
  }

export type Accept = ReturnType<typeof createAccept>

/** What Nexus does of its own accord is recorded too: every policy puts back what somebody else changed. */
const recordOfPolicy = ({ tenantId, clientId }: ClientKey, author: Author): AuditDraft | undefined =>
  author.kind === 'policy'
    ? createAuditDraft({
        action: 'sync.revert',
        tenantId,
        actor: author,
        address: null,
        requestId: null,
        target: clientId,
        changeId: null,
      })
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

/** @throws OutcomeUnknown when the database does not come back soon */
const isStored = async (db: Kysely<Database>, changeId: string): Promise<boolean> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await sql`select 1 from nexus.changes where id = ${changeId}`.execute(db)
      return rows.length > 0
    } catch (error) {
      if (attempt === 5) throw new OutcomeUnknown(changeId, error)
      await sleep(attempt * 200)
    }
  }
}

const isAccepted = (decision: { readonly kind: string }): decision is Extract<Acceptance, { kind: 'accepted' }> =>
  decision.kind === 'accepted'
