import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { comparedWith, takeover } from '../../../domain/changes/restored.ts'
import type { Comparison } from '../../../domain/changes/restored.ts'
import { driftIn } from '../../../domain/clients/drift.ts'
import { newlyOwned, valuesBefore } from '../../../domain/clients/desired.ts'
import { listingOf } from '../../../domain/clients/listing.ts'
import { pathsOf } from '../../../domain/vocabulary.ts'
import type { Auth0Client, Author, ClientKey } from '../../../domain/vocabulary.ts'
import type { Actor, AuditAction } from '../../../domain/access/audit.ts'
import { acceptedEntry, entriesOf, entryAsJson } from '../audit.ts'
import { readRecord } from '../clients/client-record.ts'
import { listingStatement } from '../clients/listing-rows.ts'
import type { KeysOf } from '../clients/listing-rows.ts'
import { noteEvent } from '../clients/snapshot-events.ts'
import { settledChannel } from '../database/notifications.ts'
import { jsonb } from '../database/rows.ts'
import type { Database } from '../database/schema.ts'
import { clientEvent } from '../events/happened.ts'

/** What Auth0 has of a client, and what becomes of changes that it does not have. */
interface Taking {
  readonly key: ClientKey
  readonly now: Auth0Client
  /** When that was asked for: not later than it was read. */
  readonly askedAt: Date
  readonly waiting: 'send' | 'withdraw'
}

/** The author of what is taken over; who ran the command stands in the audit. */
const author: Author = { kind: 'policy', id: 'restore', application: null }

/**
 * Brings one client of a restored database up to what Auth0 has, in one transaction on its locked row: what is newer there
 * becomes confirmed, as a change that the history shows. Nothing is sent. The tenant has to be stopped meanwhile.
 *
 * @param actor who is answerable, for the audit
 * @returns what was found; undefined for a client that the database does not have
 */
export const createTakeOver =
  (db: Kysely<Database>, keysOf: KeysOf, actor: Actor) =>
  ({ key, now, askedAt, waiting }: Taking): Promise<Comparison | undefined> =>
    db.transaction().execute(async (trx) => {
      const state = await readRecord(trx, key, true)
      if (state === undefined) return undefined
      const keys = keysOf(key.tenantId)
      const found = comparedWith(state, now, keys)
      const { applied, withdrawn, confirmed, taken } = takeover(found, now, waiting, keys)
      const settled = [...applied, ...withdrawn]
      const pending = state.pending.filter(({ id }) => !settled.includes(id))
      const isTaken = pathsOf(taken).length > 0
      const changeId = randomUUID()
      const generation = state.generation + (isTaken ? 1 : 0)
      const after = { ...state, observed: now, base: { ...state.base, ...confirmed }, pending, generation }
      const drifted = driftIn(after, keys).length > 0
      if (isTaken)
        await sql`
          insert into nexus.changes (id, tenant_id, client_id, generation, "values", "before", status, author, settled_at)
          values (${changeId}, ${key.tenantId}, ${key.clientId}, ${generation}, ${jsonb(taken)},
                  ${jsonb(valuesBefore(state, taken, keys))}, 'applied', ${jsonb(author)}, clock_timestamp())
        `.execute(trx)
      await sql`
        update nexus.changes set status = case when id = any(${applied}::uuid[]) then 'applied' else 'withdrawn' end,
          settled_at = clock_timestamp()
        where id = any(${settled}::uuid[])
      `.execute(trx)
      await sql`
        with written as (
          update nexus.clients set
            observed = ${jsonb(now)}, observed_at = ${askedAt}, base = ${jsonb(after.base)}, generation = ${generation},
            settled_generation = ${(pending[0]?.generation ?? generation + 1) - 1}, revision = revision + 1,
            lease_token = null, lease_until = null, taken_over = false, attempt_deadline = null,
            previous_attempt_deadline = null, failures = 0, last_failure = null, next_try_at = null, stalled_at = null,
            verify_at = null, one_by_one_until = null, contested = null, vanished_at = null, woken_at = null,
            written_at = clock_timestamp(), updated_at = date_trunc('milliseconds', clock_timestamp()),
            drifted_at = case when ${drifted}::boolean then coalesce(drifted_at, clock_timestamp()) end,
            drifted_by_state = case when ${drifted}::boolean then drifted_by_state end,
            confirmed_at = case when ${drifted}::boolean then confirmed_at else clock_timestamp() end
          where tenant_id = ${key.tenantId} and client_id = ${key.clientId}
          returning revision
        ) ${clientEvent(key, 'client.observed', sql`written`)}
      `.execute(trx)
      await listingStatement(key.tenantId, [{ clientId: key.clientId, listing: listingOf(after, keys) }]).execute(trx)
      const owned = newlyOwned({ base: state.base, pending: [] }, confirmed)
      if (owned.length > 0) await noteEvent(trx, key, 'owned', owned)
      for (const id of settled) await sql`select pg_notify(${settledChannel}, ${id}::text)`.execute(trx)
      const entry = (action: AuditAction, target: string, change: string) =>
        acceptedEntry({
          action,
          tenantId: key.tenantId,
          actor,
          address: null,
          requestId: null,
          target,
          changeId: change,
        })
      const entries = [
        ...(isTaken ? [entry('sync.accept', key.clientId, changeId)] : []),
        ...withdrawn.map((id) => entry('change.withdraw', id, id)),
      ].map((one) => ({ audit: entryAsJson(one) }))
      if (entries.length > 0)
        await entriesOf(sql`(select * from jsonb_to_recordset(${jsonb(entries)}) as e(audit jsonb))`).execute(trx)
      return found
    })
