import { effective } from '../clients/desired.ts'
import { compare, isEmpty, leavesKey, pointerOf, readFields } from '../clients/field-values.ts'
import { fields } from '../clients/fields.ts'
import { accessIssues } from '../clients/rights.ts'
import { recordOf } from '../shape.ts'
import type { Caller, ClientState, FieldPath, Values } from '../vocabulary.ts'
import { metadataFields } from '../clients/metadata-keys.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf } from '../vocabulary.ts'
import type { Issue } from '../texts/json-text.ts'
import { judgeTexts, urlContextOf } from './judge-texts.ts'
import { withoutRepetitions } from './patch.ts'
import type { Patch } from './patch.ts'

/** What becomes of a patch on the row as it stands. */
export type Acceptance =
  | {
      readonly kind: 'accepted'
      readonly values: Values
      /** What of it may not work, with its place in the body; absent where nothing is to be said. */
      readonly warnings?: readonly Issue[]
      readonly changesNothing: boolean
    }
  | { readonly kind: 'impossible'; readonly issues: readonly Issue[] }

/** Auth0's limits on `client_metadata`. Source: Auth0's documents. */
const maximumMetadataKeys = 10
const maximumMetadataLength = 255

/** @param before the fields as they stand, desired over observed */
const metadataIssues = (
  values: Values,
  { observed }: Pick<ClientState, 'observed'>,
  before: ReturnType<typeof effective>,
  keys: MetadataKeys,
): Issue[] => {
  const present = new Set(Object.keys(recordOf(observed['client_metadata'])))
  for (const path of metadataFields) if (!isEmpty(before[path])) present.add(keys[path])
  const issues: Issue[] = []
  const added: FieldPath[] = []
  for (const path of metadataFields) {
    const { encode, remedy = 'Shorten it.' } = fields[path]
    const [key, value] = [keys[path], values[path]]
    if (value === undefined) continue
    if (value === null || value.length === 0) {
      present.delete(key)
      continue
    }
    if (!present.has(key)) added.push(path)
    present.add(key)
    const length = String(encode(value)).length
    if (length > maximumMetadataLength)
      issues.push({
        pointer: pointerOf(path),
        detail: `Auth0 keeps at most ${maximumMetadataLength} characters here, and this takes ${length}. ${remedy}`,
      })
  }
  if (present.size > maximumMetadataKeys)
    for (const path of added)
      issues.push({
        pointer: pointerOf(path),
        detail:
          `Auth0 keeps at most ${maximumMetadataKeys} client_metadata keys; with this one the client would have ` +
          `${present.size}. Remove another key first${removable(present, added, keys)}.`,
      })
  return issues
}

/** The fields whose keys make room when they are emptied. */
const removable = (present: ReadonlySet<string>, added: readonly FieldPath[], keys: MetadataKeys): string => {
  const there = metadataFields.filter((path) => present.has(keys[path]) && !added.includes(path))
  return there.length === 0 ? '' : `, for example by emptying ${there.join(' or ')}`
}

/**
 * Decides on the locked row what a patch comes to: accepted, with the values in Nexus' own form, or impossible (422),
 * with a pointer for each reason.
 *
 * @param fresh whether the observation is younger than the tenant's freshness: only then may a patch that changes
 *   nothing be called done without a call
 */
export const accept = (
  patch: Patch,
  caller: Caller,
  state: ClientState,
  fresh: boolean,
  keys: MetadataKeys,
): Acceptance => {
  const present = effective(state, keys)
  const context = urlContextOf(state)
  const wish = withoutRepetitions(patch, present)
  const paths = pathsOf(wish.values)
  const judged = paths.map((path) => ({ path, ...judgeTexts(path, wish, present[path], context) }))
  const values: Values = Object.fromEntries(judged.map(({ path, value }) => [path, value]))
  const issues: Issue[] = [
    ...judged.flatMap((judgement) => judgement.issues),
    ...metadataIssues(values, state, present, keys),
    ...accessIssues(values, caller, state, keys),
  ]
  if (issues.length > 0) return { kind: 'impossible', issues }
  const observed = readFields(state.observed, keys)
  const changesNothing =
    fresh &&
    state.pending.length === 0 &&
    paths.every(
      (path) =>
        compare(values[path], present[path]) === 'same' &&
        compare(values[path], observed[path]) === 'same' &&
        !leavesKey(path, values[path], state.observed, keys),
    )
  const warnings = judged.flatMap((judgement) => judgement.warnings)
  return { kind: 'accepted', values, ...(warnings.length === 0 ? {} : { warnings }), changesNothing }
}
