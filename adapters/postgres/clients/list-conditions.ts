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
/** Save for `managed`, which is told in other ways. */
const whereTerraform: Readonly<Record<Exclude<TerraformWord, 'managed'>, RawBuilder<unknown>>> = {
  manual: sql`not exists (${statesOf})`,
  conflict: sql`exists (${statesOf}) and (select count(distinct state) from (${statesOf}) s) > 1`,
  adopting: requested('adopt'),
  releasing: requested('release'),
}

/** The row of the listing `l`, where the order has not brought it already. */
const ofClient = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`exists (
  select from nexus.clients c where c.tenant_id = l.tenant_id and c.client_id = l.client_id and ${condition})`

/** What narrows a list. */
export interface Narrowing {
  /** What an index finds, few rows pass, or the listing itself tells. */
  readonly first: readonly RawBuilder<unknown>[]
  /** What many rows pass and another table tells: asked in order, of no more rows than a page needs. */
  readonly last: readonly RawBuilder<unknown>[]
  /** Whether only clients of states are asked for: these have ways of their own (`managedBy`). */
  readonly managed: boolean
}

/** Whether nothing narrows it. */
export const isWide = ({ first, last, managed }: Narrowing): boolean => first.length + last.length === 0 && !managed

/** What narrows the list: who asks, and what for. Nothing where everything passes. */
export const conditions = ({ tenantId, claims, filters }: ClientListRequest, tenantIsStopped: boolean): Narrowing => {
  const { owner, product, manuallyCreated, terraform, sync, drifted, text } = filters
  const first: RawBuilder<unknown>[] = []
  const last: RawBuilder<unknown>[] = []
  if (claims !== 'all') {
    const mine = sql`${within(tenantId, claims)}::text[]`
    first.push(sql`l.admits_confirmed && ${mine}`, sql`l.admits_desired && ${mine}`)
  }
  const wanted = [
    ...(owner === undefined ? [] : [asOwner(owner)]),
    ...(product === undefined ? [] : [asProduct(product)]),
  ]
  if (wanted.length > 0) first.push(sql`l.admits_desired @> ${within(tenantId, wanted)}::text[]`)
  if (text !== undefined) first.push(sql`strpos(l.words, ${folded(text)}) > 0`)
  if (drifted !== undefined) first.push(drifted ? sql`l.drifted` : sql`not l.drifted`)
  const states = [
    manuallyCreated === undefined ? undefined : manuallyCreated ? 'manual' : 'managed',
    terraform,
  ] as const
  for (const word of states)
    if (word !== undefined && word !== 'managed') (word === 'manual' ? last : first).push(whereTerraform[word])
  if (sync !== undefined) (sync === 'synced' ? last : first).push(ofClient(syncs(tenantIsStopped)[sync]))
  return { first, last, managed: states.includes('managed') }
}

/** The same condition on a text, for its index: shorter ones stand in none. */
export const indexedText = ({ tenantId, filters }: ClientListRequest): RawBuilder<unknown>[] =>
  filters.text === undefined || filters.drifted === true || Array.from(folded(filters.text)).length < 3
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
  return rare === undefined
    ? []
    : [
        sql`l.client_id = any (array(
          select c.client_id from nexus.clients c where c.tenant_id = ${tenantId} and ${rare}))`,
      ]
}
