import { compare, readField, writeFields } from './fields.ts'
import type { Auth0Client, ClientState, FieldPath, MetadataKeys, Value, Values } from './vocabulary.ts'
import { pathsOf, pick } from './vocabulary.ts'
import { driftOf, fold, pendingPaths } from './desired.ts'

/** One difference between what is and what is to be. */
interface Difference {
  readonly path: FieldPath
  readonly from: Value
  readonly to: Value
}

/** What has to be sent to Auth0 for one client. */
export type Plan =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'update'
      /** The body of the PATCH: only members in scope. */
      readonly members: Readonly<Record<string, unknown>>
      /** The values that it brings about. */
      readonly values: Values
      /** Those of them that differ from what was last observed. */
      readonly differences: readonly Difference[]
    }

/**
 * The one plan, for preview, dry run, drift and apply alike.
 *
 * @param desired the owned fields' values
 * @param observed what Auth0 last said
 * @param scope the fields to send, whatever an old observation says; fields of `desired` outside it are not sent, so a
 *   drifted field is never put back on the occasion of another field's change
 */
export const plan = (desired: Values, observed: Auth0Client, scope: readonly FieldPath[], keys: MetadataKeys): Plan => {
  const values = pick(desired, scope)
  const members = writeFields(values, observed, keys)
  if (Object.keys(members).length === 0) return { kind: 'nothing' }
  const differences = pathsOf(values).flatMap((path): Difference[] => {
    const from = readField(path, observed, keys)
    const to = values[path] ?? null
    return compare(from, to) === 'same' ? [] : [{ path, from, to }]
  })
  return { kind: 'update', members, values, differences }
}

/** Fields that pending changes name, and under the policy `revert` the drifted ones. */
export const scopeOf = (state: ClientState, drift: 'report' | 'revert', keys: MetadataKeys): FieldPath[] => [
  ...new Set([
    ...pendingPaths(state.pending),
    ...(drift === 'revert' ? driftOf(state.base, state.observed, keys).map(({ path }) => path) : []),
  ]),
]

/** The plan of a client as it stands: what the worker would send now. */
export const planOf = (state: ClientState, drift: 'report' | 'revert', keys: MetadataKeys): Plan =>
  plan(fold(state.base, state.pending), state.observed, scopeOf(state, drift, keys), keys)
