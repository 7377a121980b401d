import { compare, readField, readFields } from './fields.ts'
import type { Access } from './authorize.ts'
import type { Auth0Client, ClientState, FieldPath, MetadataKeys, PendingChange, Value, Values } from './vocabulary.ts'
import { textOf, textsOf } from './shape.ts'
import { eachField, pathsOf } from './vocabulary.ts'

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

/** Who a client with these values lets in. */
export const accessIn = (values: Values): Access => ({
  owners: textsOf(values.owners) ?? [],
  productName: textOf(values.productName),
})

/**
 * The states of a client that must both let a caller in. Confirmed is what Auth0 has been seen to hold: a drifted
 * owner counts in neither direction, as an owned field's confirmed value is the base.
 */
export const accessOf = (
  state: Pick<ClientState, 'observed' | 'base' | 'pending'>,
  keys: MetadataKeys,
): { readonly confirmed: Access; readonly desired: Access } => {
  const confirmedOf = (path: FieldPath): Value => {
    const confirmed = state.base[path]
    return confirmed === undefined ? readField(path, state.observed, keys) : confirmed
  }
  const confirmed = { owners: confirmedOf('owners'), productName: confirmedOf('productName') }
  return { confirmed: accessIn(confirmed), desired: accessIn({ ...confirmed, ...fold({}, state.pending) }) }
}

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
