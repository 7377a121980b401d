import { pendingPaths } from '../clients/desired.ts'
import { driftIn } from '../clients/drift.ts'
import { compare, readField } from '../clients/field-values.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf } from '../vocabulary.ts'
import type { Auth0Client, ClientState, FieldPath, PendingChange, Value, Values } from '../vocabulary.ts'

/**
 * A database that was restored is older than Auth0. What was changed since stands only in Auth0, so Auth0 is compared with
 * the backup before anything is sent: what is newer there is taken over, never overwritten.
 */

/**
 * What became of a change that waited in the backup:
 * - `there`: Auth0 has its values;
 * - `untouched`: Auth0 has what was there before it, so it may be sent;
 * - `overtaken`: Auth0 has something else, which came later.
 */
export type Fate = 'there' | 'untouched' | 'overtaken'

interface Waited {
  readonly change: PendingChange
  readonly fate: Fate
}

/** An owned field that Auth0 has otherwise than the backup. */
interface Newer {
  readonly path: FieldPath
  readonly from: Value
  readonly to: Value
}

export interface Comparison {
  /** Owned fields whose value came after the backup, and that no waiting change explains. */
  readonly newer: readonly Newer[]
  /** The same with those that one explains. */
  readonly moved: readonly Newer[]
  readonly waited: readonly Waited[]
}

type Compared = Pick<ClientState, 'base' | 'observed' | 'pending'>

const isSame = (one: Value | undefined, other: Value | undefined): boolean => compare(one, other) === 'same'

/**
 * Compares a client of a backup with what Auth0 has now.
 *
 * @param state as the backup has it
 * @param now as Auth0 has it
 */
export const comparedWith = (state: Compared, now: Auth0Client, keys: MetadataKeys): Comparison => {
  const { base, observed, pending } = state
  /** Of each field, what it may have been before the change at hand: what was confirmed or seen, then the changes before. */
  const former = new Map<FieldPath, (Value | undefined)[]>()
  const formerOf = (path: FieldPath): (Value | undefined)[] =>
    former.get(path) ?? [base[path] === undefined ? readField(path, observed, keys) : base[path]]
  /** Whether Auth0 has the value of the change, or of a later one that names the field and has replaced it. */
  const isThere = (index: number, path: FieldPath): boolean =>
    pending
      .slice(index)
      .some(({ values }) => values[path] !== undefined && isSame(values[path], readField(path, now, keys)))
  const waited = pending.map((change, index): Waited => {
    const paths = pathsOf(change.values)
    const fates = new Set(
      paths.map((path): Fate => {
        if (isThere(index, path)) return 'there'
        const value = readField(path, now, keys)
        return formerOf(path).some((one) => isSame(one, value)) ? 'untouched' : 'overtaken'
      }),
    )
    for (const path of paths) former.set(path, [...formerOf(path), change.values[path]])
    const worst = (['overtaken', 'untouched'] as const).find((fate) => fates.has(fate))
    return { change, fate: worst ?? 'there' }
  })
  const moved = driftIn({ base, observed: now, pending: [] }, keys)
    // What had drifted before the backup, and stands so still, is a drift as before.
    .filter(({ path, observed: to }) => !isSame(readField(path, observed, keys), to))
    .map(({ path, confirmed: from, observed: to }): Newer => ({ path, from, to }))
  const standing = waited.filter(({ fate }) => fate !== 'overtaken').map(({ change }) => change)
  return { newer: without(moved, standing), moved, waited }
}

/** Without the fields that a change names. */
const without = (newer: readonly Newer[], changes: readonly PendingChange[]): Newer[] => {
  const named = new Set(pendingPaths(changes))
  return newer.filter(({ path }) => !named.has(path))
}

/** What is written of a client so that nothing newer is overwritten. */
export interface Takeover {
  /** The changes that Auth0 turned out to have, and those that something newer has overtaken. */
  readonly applied: readonly string[]
  readonly withdrawn: readonly string[]
  /** Values of Auth0 that are confirmed from now on: those of `applied`, and those that are newer. */
  readonly confirmed: Values
  /** Those of them that are a change of their own, as no change of the backup explains them. */
  readonly taken: Values
}

/**
 * @param waiting what becomes of changes that Auth0 does not have and that nothing has overtaken: they are sent, or withdrawn
 */
export const takeover = (
  { moved, waited }: Comparison,
  now: Auth0Client,
  waiting: 'send' | 'withdraw',
  keys: MetadataKeys,
): Takeover => {
  const withFate = (...fates: readonly Fate[]) =>
    waited.filter(({ fate }) => fates.includes(fate)).map(({ change }) => change)
  const applied = withFate('there')
  const left = waiting === 'send' ? withFate('untouched') : []
  const withdrawn = waiting === 'send' ? withFate('overtaken') : withFate('overtaken', 'untouched')
  const taken = Object.fromEntries(without(moved, [...applied, ...left]).map(({ path, to }) => [path, to]))
  const confirmed = Object.fromEntries(pendingPaths(applied).map((path) => [path, readField(path, now, keys)]))
  return {
    applied: applied.map(({ id }) => id),
    withdrawn: withdrawn.map(({ id }) => id),
    confirmed: { ...confirmed, ...taken },
    taken,
  }
}

/** Whether a client stands as the backup has it. */
export const isAsBackedUp = ({ newer, waited }: Comparison): boolean => newer.length === 0 && waited.length === 0
