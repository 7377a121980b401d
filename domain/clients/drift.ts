import { compare, readField } from './field-values.ts'
import { driftOf, pendingPaths } from './desired.ts'
import { omit } from '../vocabulary.ts'
import type { Auth0Client, ClientState, FieldPath, Value, Values } from '../vocabulary.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/**
 * What kind of drift it is: only another order of the same elements, a value that came with an apply of Terraform, or one
 * that came from outside otherwise.
 */
type DriftClass = 'reordered' | 'terraform' | 'out-of-band'

/** One drifted field. */
export interface Drift {
  readonly path: FieldPath
  readonly class: DriftClass
  readonly confirmed: Value
  readonly observed: Value
}

/** What of a client decides whether it has drifted. */
type Drifting = Pick<ClientState, 'base' | 'observed' | 'pending'>

/**
 * The drift of a client as it stands: the owned fields whose observed value is not the one last confirmed, with what each
 * should be and is. What a waiting change names is about to be written anyway, and is no drift.
 *
 * Every place that tells of drift asks this: a client's sync state, conditions and warnings, a tenant's drift and plan, what
 * is reverted or accepted, and (by the listing that is stored with the row) lists, counts and metrics.
 *
 * @param byState a state that manages the client and whose serial has moved since Auth0 had the confirmed values
 */
export const driftIn = (
  { base, observed, pending }: Drifting,
  keys: MetadataKeys,
  byState: string | null = null,
): Drift[] =>
  driftOf(omit(base, pendingPaths(pending)), observed, keys).map(({ path, kind }) => ({
    path,
    class: kind === 'reordered' ? 'reordered' : byState === null ? 'out-of-band' : 'terraform',
    confirmed: base[path] ?? null,
    observed: readField(path, observed, keys),
  }))

/**
 * The owned fields that changed in Auth0 during an apply of Terraform.
 *
 * @param now what Auth0 had after it
 * @param known the fields that had drifted before
 */
export const changedSince = (
  base: Values,
  now: Auth0Client,
  known: readonly FieldPath[],
  keys: MetadataKeys,
): FieldPath[] =>
  driftOf(base, now, keys)
    .map(({ path }) => path)
    .filter((path) => !known.includes(path))

/**
 * Whether a page of a scan gives cause to read a client under its lease: it shows a drift that is not known yet, another
 * one than is known, or that the known one is over.
 *
 * @param before what was observed before the page
 * @param drifted whether a drift is known
 */
export const nominates = (
  base: Values,
  before: Auth0Client,
  page: Auth0Client,
  drifted: boolean,
  keys: MetadataKeys,
): boolean => {
  const seen = driftOf(base, page, keys)
  if (seen.length === 0) return drifted
  return (
    !drifted || seen.some(({ path }) => compare(readField(path, before, keys), readField(path, page, keys)) !== 'same')
  )
}

/**
 * Fields that a call of a former holder wrote after its lease had ended: they differ from what was confirmed, and have
 * the value of an earlier change. What anybody else wrote is drift, which is not repaired on this occasion.
 *
 * @param history values of the client's recent changes; none where no call can have been late, as somebody else may well
 *   have put an earlier value back
 */
export const lateWrites = (
  base: Values,
  observed: Auth0Client,
  history: readonly Values[],
  keys: MetadataKeys,
): FieldPath[] =>
  driftOf(base, observed, keys)
    .map(({ path }) => path)
    .filter((path) => {
      const value = readField(path, observed, keys)
      return history.some((values) => values[path] !== undefined && compare(values[path], value) === 'same')
    })
