import { effective } from './desired.ts'
import { compare } from './fields.ts'
import { planOf } from './plan.ts'
import type { ClientState, FieldPath, MetadataKeys, Value, Values } from './vocabulary.ts'
import { pathsOf } from './vocabulary.ts'

/** A client as it would stand with one more change waiting. */
export const withChange = <State extends ClientState>(state: State, values: Values): State => {
  const generation = state.generation + 1
  return { ...state, pending: [...state.pending, { id: '', generation, values }], generation }
}

/** What an accepted patch would come to. */
export interface Preview {
  /** The fields that would read otherwise: as they read now, and as they would. */
  readonly fields: readonly { readonly field: FieldPath; readonly from: Value; readonly to: Value }[]
  /** The body that would be sent to Auth0, with what the waiting changes ask for; null where nothing would be. */
  readonly members: Readonly<Record<string, unknown>> | null
}

/**
 * The preview of a patch, by the plan that the worker follows, on the client as it stands.
 *
 * @param values what the patch was accepted with
 * @param changesNothing whether accepting it would settle it here and now
 */
export const previewOf = (state: ClientState, values: Values, changesNothing: boolean, keys: MetadataKeys): Preview => {
  const paths = pathsOf(values)
  const after = withChange(state, values)
  const [now, then] = [effective(state, keys), effective(after, keys)]
  const plan = planOf(after, 'report', keys)
  return {
    fields: paths
      .filter((path) => compare(now[path], then[path]) !== 'same')
      .map((path) => ({ field: path, from: now[path], to: then[path] })),
    members: paths.length === 0 || changesNothing || plan.kind === 'nothing' ? null : plan.members,
  }
}
