import { compare, readField, readFields } from './field-values.ts'
import type { Access } from '../access/authorize.ts'
import type { Auth0Client, ClientState, FieldPath, PendingChange, Value, Values } from '../vocabulary.ts'
import type { MetadataKeys } from './metadata-keys.ts'
import { textOf, textsOf } from '../shape.ts'
import { eachField, pathsOf, pick } from '../vocabulary.ts'

/** Base with the pending changes folded in, in order: what the owned fields are to be. */
export const fold = (base: Values, pending: readonly PendingChange[]): Values =>
  Object.assign({}, base, ...pending.map((change) => change.values))

/** The fields that pending changes name. */
export const pendingPaths = (pending: readonly PendingChange[]): FieldPath[] => pathsOf(fold({}, pending))

/**
 * Every field's value as a caller sees it: desired over observed. Where the two are the same, in the form that Auth0
 * answered (absent, or `[]`), so that owning a field does not change how it reads.
 */
export const effective = (
  state: Pick<ClientState, 'observed' | 'base' | 'pending'>,
  keys: MetadataKeys,
): Readonly<Record<FieldPath, Value>> => {
  const observed = readFields(state.observed, keys)
  const desired = fold(state.base, state.pending)
  return eachField((path) => {
    const wish = desired[path]
    return wish === undefined || compare(wish, observed[path]) === 'same' ? observed[path] : wish
  })
}

/** What the fields of a change with these values are before it, as a caller sees them. */
export const valuesBefore = (
  state: Pick<ClientState, 'observed' | 'base' | 'pending'>,
  values: Values,
  keys: MetadataKeys,
): Values => pick(effective(state, keys), pathsOf(values))

/** The fields that become Nexus' own by a change with these values. */
export const newlyOwned = ({ base, pending }: Pick<ClientState, 'base' | 'pending'>, values: Values): FieldPath[] => {
  const owned = fold(base, pending)
  return pathsOf(values).filter((path) => owned[path] === undefined)
}

/** Who a client with these values lets in. */
export const accessIn = (values: Values): Access => ({
  owners: textsOf(values.owners) ?? [],
  productName: textOf(values.productName),
})

/** Whom the client lets in as Auth0 shows it. */
export const shownAccess = ({ observed }: Pick<ClientState, 'observed'>, keys: MetadataKeys): Access =>
  accessIn({ owners: readField('owners', observed, keys), productName: readField('productName', observed, keys) })

/**
 * The states of a client that must both let a caller in. Confirmed is what Auth0 has been seen to hold, and the base where
 * Nexus owns the field: what was added outside Nexus gives nothing. What was removed is looked at by `rights.ts`.
 *
 * @param shown whom Auth0 lets in; of fields that Nexus does not own this is the confirmed value
 */
export const accessGiven = (
  { base, pending }: Pick<ClientState, 'base' | 'pending'>,
  shown: Access,
): { readonly confirmed: Access; readonly desired: Access } => {
  const confirmed = accessIn({ ...shown, ...ofAccess(base) })
  return { confirmed, desired: accessIn({ ...confirmed, ...ofAccess(fold({}, pending)) }) }
}

/** The fields that say who may reach a client. */
export const accessFields = ['owners', 'productName'] as const satisfies readonly FieldPath[]

const ofAccess = (values: Values): Values => pick(values, accessFields)

/** The same of a client as it was last observed. */
export const accessOf = (
  state: Pick<ClientState, 'observed' | 'base' | 'pending'>,
  keys: MetadataKeys,
): { readonly confirmed: Access; readonly desired: Access } => accessGiven(state, shownAccess(state, keys))

/** Owned fields whose observed value is not the one last confirmed. Only meaningful while nothing is pending. */
export const driftOf = (
  base: Values,
  observed: Auth0Client,
  keys: MetadataKeys,
): { path: FieldPath; kind: 'reordered' | 'different' }[] =>
  pathsOf(base).flatMap((path) => {
    const kind = compare(base[path], readField(path, observed, keys))
    return kind === 'same' ? [] : [{ path, kind }]
  })
