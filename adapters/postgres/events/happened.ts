import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { EventKind } from '../../../domain/events.ts'
import { eventsChannel } from '../database/notifications.ts'
import type { KeyInText } from '../database/statement.ts'

/**
 * The statement that stores events, as a part of the one that makes them true. Nobody is told: whoever runs it tells that
 * afterwards, and not in the transaction, as a server commits those that notify one after the other.
 *
 * @param rows (tenant_id, client_id, kind, revision)
 */
export const happened = (rows: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`insert into nexus.events (tenant_id, client_id, kind, revision) ${rows}`

/** The same for what happens rarely: who looks on is told as it is committed. */
const happenedAndTold = (rows: RawBuilder<unknown>): RawBuilder<unknown> => sql`${happened(rows)} returning ${tell}`

const tell = sql`pg_notify(${sql.lit(eventsChannel)}, '')`

/** Told where no change of a client has settled: that is told by its own name. */
export const happenedAndToldButChanges = (rows: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${happened(rows)} returning case when kind not like 'change.%' then ${tell}::text end`

/**
 * An event of a client whose row was written by another part of the statement.
 *
 * @param written that part: it answers a row with the `revision`, or none where nothing has happened
 */
export const clientEvent = (
  { tenantId, clientId }: KeyInText,
  kind: EventKind,
  written: RawBuilder<unknown>,
): RawBuilder<unknown> => happenedAndTold(sql`select ${tenantId}, ${clientId}, ${kind}, revision from ${written}`)

/**
 * Events of clients that Auth0 has otherwise than was known, or that were not known.
 *
 * @param written a part of the statement that answers the rows (tenant_id, client_id, observed, revision) as it wrote them
 */
export const observedEvents = (written: RawBuilder<unknown>): RawBuilder<unknown> =>
  // All parts of a statement see what was there before it.
  happenedAndTold(sql`
    select w.tenant_id, w.client_id, 'client.observed', w.revision from ${written} w
    where not exists (
      select from nexus.clients b where b.tenant_id = w.tenant_id and b.client_id = w.client_id
        and b.observed = w.observed and b.vanished_at is null)`)

/** An event of a tenant. @param written a part of the statement that answers a row where it has happened */
export const tenantEvent = (tenantId: string, kind: EventKind, written: RawBuilder<unknown>): RawBuilder<unknown> =>
  happenedAndTold(sql`select ${tenantId}, null, ${kind}, null::bigint from ${written}`)

/** An event of a Terraform state of a tenant. */
export const stateEvent = (
  { tenantId, name }: { readonly tenantId: string; readonly name: string },
  kind: EventKind,
): RawBuilder<unknown> => sql`
  insert into nexus.events (tenant_id, state, kind) values (${tenantId}, ${name}, ${kind}) returning ${tell}`
