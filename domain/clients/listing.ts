import { admissionsOf } from '../access/authorize.ts'
import { accessOf, effective } from './desired.ts'
import { driftIn } from './drift.ts'
import { textOf } from '../shape.ts'
import type { ClientState } from '../vocabulary.ts'
import { fields, listedFields } from './fields.ts'
import { metadataFields } from './metadata-keys.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/**
 * What lists look at, of one client. It is computed here, from the functions that everything else asks, and stored beside
 * the row; a database that has it needs only to compare.
 */
export interface Listing {
  /** The name and the product as they are sorted by. */
  readonly name: string
  readonly product: string
  /** What a text is looked for in: name, id, and the texts that lists show. */
  readonly words: string
  /** Whom the confirmed and the desired state let in. */
  readonly admitsConfirmed: readonly string[]
  readonly admitsDesired: readonly string[]
  /** Whether an owned field is otherwise in Auth0 than was last confirmed. */
  readonly drifted: boolean
  /** How it was read: a listing that was read otherwise is out of date. */
  readonly readBy: string
}

/** Raised when a listing is to say something else of the same client: all are then made anew. */
const version = 2

/** How listings are read with these names of metadata keys: any of them can make a drift. */
export const readByOf = (keys: MetadataKeys): string =>
  JSON.stringify([version, ...metadataFields.map((path) => keys[path])])

const searchedFields = listedFields.filter((path) => fields[path].kind === 'text')

/** Upper and lower case, composed and decomposed letters are the same in a search and in an order. */
export const folded = (text: string): string => text.normalize('NFC').toLowerCase()

/** An index takes no key of any length; names that are the same so far are ordered by id. */
const longestSortKey = 200

const sortKey = (text: string): string => folded(text).slice(0, longestSortKey).toWellFormed()

/** Texts of one tenant, so that the index of all tenants keeps them apart. A tenant's id has no space. */
export const within = (tenantId: string, texts: readonly string[]): string[] =>
  texts.map((text) => `${tenantId} ${text}`)

/** The listing of a client. */
export const listingOf = (
  state: Pick<ClientState, 'key' | 'observed' | 'base' | 'pending'>,
  keys: MetadataKeys,
): Listing => {
  const { tenantId, clientId } = state.key
  const { confirmed, desired } = accessOf(state, keys)
  const value = effective(state, keys)
  const name = textOf(state.observed['name']) ?? ''
  return {
    name: sortKey(name),
    product: sortKey(textOf(value.productName) ?? ''),
    words: folded([name, clientId, ...searchedFields.map((path) => textOf(value[path]) ?? '')].join('\n')),
    admitsConfirmed: within(tenantId, admissionsOf(confirmed)),
    admitsDesired: within(tenantId, admissionsOf(desired)),
    drifted: driftIn(state, keys).length > 0,
    readBy: readByOf(keys),
  }
}

/** The listing after a step, where it is another than before it. */
export const listingChange = (
  before: Parameters<typeof listingOf>[0],
  after: Parameters<typeof listingOf>[0],
  keys: MetadataKeys,
): Listing | undefined => {
  const listing = listingOf(after, keys)
  return JSON.stringify(listing) === JSON.stringify(listingOf(before, keys)) ? undefined : listing
}

/** How a client stands between a wish and Auth0, in one word. */
export const syncWords = ['synced', 'pending', 'stalled', 'paused'] as const
export type SyncWord = (typeof syncWords)[number]

/**
 * `paused`: the client is stopped, or changes wait and its tenant is. `stalled`: tries keep failing. `pending`: changes
 * wait for Auth0. `synced`: none does.
 */
export const syncOf = (facts: {
  readonly waiting: boolean
  readonly paused: boolean
  readonly tenantStopped: boolean
  readonly stalled: boolean
}): SyncWord => {
  if (facts.paused || (facts.waiting && facts.tenantStopped)) return 'paused'
  if (facts.stalled) return 'stalled'
  return facts.waiting ? 'pending' : 'synced'
}

/** How a client stands with Terraform: filters of a list, which agree with the tenant's counts. */
export const terraformWords = ['manual', 'managed', 'adopting', 'releasing', 'conflict'] as const
export type TerraformWord = (typeof terraformWords)[number]

/**
 * The word that a client is shown with, where several filters fit: what an apply has still to make true comes before what
 * is true already, and a conflict before both.
 *
 * @param states how many states manage it
 * @param asked what somebody asked for and no apply has made true yet
 */
export const terraformOf = (states: number, asked: 'adopt' | 'release' | null): TerraformWord => {
  if (states > 1) return 'conflict'
  if (asked !== null) return asked === 'adopt' ? 'adopting' : 'releasing'
  return states > 0 ? 'managed' : 'manual'
}
