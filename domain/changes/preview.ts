import { effective } from '../clients/desired.ts'
import { compare } from '../clients/field-values.ts'
import { withChange, workWith } from './plan.ts'
import type { Round } from './plan.ts'
import type { ClientState, FieldPath, Value, Values } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf } from '../vocabulary.ts'

/** What an accepted patch would come to. */
export interface Preview {
  /** The fields that would read otherwise: as they read now, and as they would. */
  readonly fields: readonly { readonly field: FieldPath; readonly from: Value; readonly to: Value }[]
  /** The body that would be sent to Auth0, with what the waiting changes ask for; null where nothing would be. */
  readonly members: Readonly<Record<string, unknown>> | null
}

/**
 * The preview of a patch, by the work of the round that will send it, on the client as it stands.
 *
 * @param values what the patch was accepted with
 * @param changesNothing whether accepting it would settle it here and now
 */
export const previewOf = (
  state: ClientState & Round,
  values: Values,
  changesNothing: boolean,
  keys: MetadataKeys,
): Preview => {
  const paths = pathsOf(values)
  const [now, then] = [effective(state, keys), effective(withChange(state, values), keys)]
  const work = workWith(state, values, keys)
  return {
    fields: paths
      .filter((path) => compare(now[path], then[path]) !== 'same')
      .map((path) => ({ field: path, from: now[path], to: then[path] })),
    members: paths.length === 0 || changesNothing || work.kind === 'settled' ? null : work.members,
  }
}
