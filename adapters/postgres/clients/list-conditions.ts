import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { asOwner, asProduct } from '../../../domain/access/authorize.ts'
import { folded, within } from '../../../domain/clients/listing.ts'
import type { SyncWord, TerraformWord } from '../../../domain/clients/listing.ts'
import { holdings } from './holdings.ts'
import type { ClientListRequest } from './list-request.ts'

/** What the filters of a list mean, as conditions on the listing `l`. */

/** The same words as `syncOf`, for a tenant that is stopped and for one that is not. */
const syncs = (tenantIsStopped: boolean): Readonly<Record<SyncWord, RawBuilder<unknown>>> =>
  tenantIsStopped
    ? {
        paused: sql`(c.paused_at is not null or c.waiting)`,
        stalled: sql`c.stalled_at is not null and c.paused_at is null and not c.waiting`,
        pending: sql`false`,
        synced: sql`c.stalled_at is null and c.paused_at is null and not c.waiting`,
      }
    : {
        paused: sql`c.paused_at is not null`,
        stalled: sql`c.stalled_at is not null and c.paused_at is null`,
        pending: sql`c.waiting and c.stalled_at is null and c.paused_at is null`,
        synced: sql`not c.waiting and c.stalled_at is null and c.paused_at is null`,
      }

const statesOf = sql`
  select r.state from ${holdings} r
  where r.tenant_id = l.tenant_id and r.client_id = l.client_id and r.type = 'auth0_client'`
const requested = (kind: 'adopt' | 'release') => sql`exists (
  select from nexus.terraform_requests q
  where q.tenant_id = l.tenant_id and q.client_id = l.client_id and q.kind = ${kind})`
const whereTerraform: Readonly<Record<TerraformWord, RawBuilder<unknown>>> = {
  manual: sql`not exists (${statesOf})`,
  managed: sql`exists (${statesOf})`,
  conflict: sql`exists (${statesOf}) and (select count(distinct state) from (${statesOf}) s) > 1`,
  adopting: requested('adopt'),
  releasing: requested('release'),
}

/** The row of the listing `l`, where the order has not brought it already. */
const ofClient = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`exists (
  select from nexus.clients c where c.tenant_id = l.tenant_id and c.client_id = l.client_id and ${condition})`

/** What narrows the list: who asks, and what for. Nothing where everything passes. */
export const conditions = (
  { tenantId, claims, filters }: ClientListRequest,
  tenantIsStopped: boolean,
): RawBuilder<unknown>[] => {
  const { owner, product, manuallyCreated, terraform, sync, drifted, text } = filters
  const narrow: RawBuilder<unknown>[] = []
  if (claims !== 'all') {
    const mine = sql`${within(tenantId, claims)}::text[]`
    narrow.push(sql`l.admits_confirmed && ${mine}`, sql`l.admits_desired && ${mine}`)
  }
  const wanted = [
    ...(owner === undefined ? [] : [asOwner(owner)]),
    ...(product === undefined ? [] : [asProduct(product)]),
  ]
  if (wanted.length > 0) narrow.push(sql`l.admits_desired @> ${within(tenantId, wanted)}::text[]`)
  if (text !== undefined) narrow.push(sql`strpos(l.words, ${folded(text)}) > 0`)
  if (manuallyCreated !== undefined) narrow.push(whereTerraform[manuallyCreated ? 'manual' : 'managed'])
  if (terraform !== undefined) narrow.push(whereTerraform[terraform])
  if (sync !== undefined) narrow.push(ofClient(syncs(tenantIsStopped)[sync]))
  if (drifted !== undefined) narrow.push(drifted ? sql`l.drifted` : sql`not l.drifted`)
  return narrow
}

/** The same condition on a text, for its index: shorter ones stand in none. */
export const indexedText = ({ tenantId, filters }: ClientListRequest): RawBuilder<unknown>[] =>
  filters.text === undefined || Array.from(folded(filters.text)).length < 3
    ? []
    : [sql`nexus.grams(l.tenant_id, l.words) @> nexus.grams(${tenantId}, ${folded(filters.text)})`]

/**
 * Clients in a state that few are in, by the index of that state. Said to the planner, who cannot know where to begin: no
 * statistics tell how often a text stands in a name.
 */
export const rareState = (
  { tenantId, filters }: ClientListRequest,
  tenantIsStopped: boolean,
): RawBuilder<unknown>[] => {
  const bySync: Readonly<Record<SyncWord, RawBuilder<unknown> | undefined>> = {
    pending: sql`c.waiting`,
    stalled: sql`c.stalled_at is not null`,
    paused: tenantIsStopped ? undefined : sql`c.paused_at is not null`,
    synced: undefined,
  }
  const rare = filters.sync && bySync[filters.sync]
  if (rare !== undefined)
    return among(sql`select c.client_id from nexus.clients c where c.tenant_id = ${tenantId} and ${rare}`)
  return filters.drifted === true
    ? among(sql`select d.client_id from nexus.client_listings d where d.tenant_id = ${tenantId} and d.drifted`)
    : []
}

const among = (ids: RawBuilder<unknown>): RawBuilder<unknown>[] => [sql`l.client_id = any (array(${ids}))`]
