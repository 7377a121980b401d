import { effective } from '../clients/desired.ts'
import { compare, isEmpty, pointerOf, readFields } from '../clients/field-values.ts'
import { fields } from '../clients/fields.ts'
import { greatest, tooLong } from '../texts/lengths.ts'
import { accessIssues } from '../clients/rights.ts'
import { isText, recordOf, textOf, textsOf } from '../shape.ts'
import { maximumUrls, urlProblem } from '../clients/urls.ts'
import type { UrlContext } from '../clients/urls.ts'
import type { Caller, ClientState, FieldPath, Value, Values } from '../vocabulary.ts'
import { metadataFields } from '../clients/metadata-keys.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { eachField, pathsOf } from '../vocabulary.ts'
import type { Issue } from '../texts/json-text.ts'

/** A parsed request: the values it names, and where in the body each element of a list stood. */
export interface Patch {
  readonly values: Values
  /** For lists: the pointer of each element of the value (several may share one, when commas were split). */
  readonly elementPointers: { readonly [F in FieldPath]?: readonly string[] }
}

/** What becomes of a patch on the row as it stands. */
export type Acceptance =
  | { readonly kind: 'accepted'; readonly values: Values; readonly changesNothing: boolean }
  | { readonly kind: 'impossible'; readonly issues: readonly Issue[] }

/** Auth0's limits on `client_metadata`. Source: Auth0's documents. */
const maximumMetadataKeys = 10
const maximumMetadataLength = 255

const urlContextOf = (state: ClientState): UrlContext => ({
  firstParty: state.observed['is_first_party'] !== false,
  appType: textOf(state.observed['app_type']),
})

/** One text of a value, and where in the body it stands. */
interface Element {
  readonly text: string
  readonly pointer: string
}

/** The elements of a list, or the one text. */
const elementsOf = (path: FieldPath, { values, elementPointers }: Patch): Element[] => {
  const value = values[path] ?? []
  const pointer = pointerOf(path)
  if (isText(value)) return value === '' ? [] : [{ text: value, pointer }]
  return value.map((text, index) => ({ text, pointer: elementPointers[path]?.[index] ?? `${pointer}/${index}` }))
}

/** Those that are not there yet: what Auth0 has may stay. */
const addedTo = (present: Value, path: FieldPath, patch: Patch): Element[] => {
  const known = new Set(isText(present) ? [present] : present)
  return elementsOf(path, patch).filter(({ text }) => !known.has(text))
}

/** Of a field's elements, or of the field where it is a text. */
const isTooLong = (path: FieldPath, text: string): boolean => text.length > greatest[fields[path].greatest]

/** What is longer than it may be. Looked for before any pattern is. */
const lengthIssues = (path: FieldPath, patch: Patch, present: Value): Issue[] => {
  const { place, kind } = fields[path]
  // Auth0's own limit on metadata is told with its remedy below.
  if (place[0] === 'client_metadata' && kind === 'text') return []
  return addedTo(present, path, patch)
    .filter(({ text }) => isTooLong(path, text))
    .map(({ text, pointer }) => ({ pointer, detail: tooLong(greatest[fields[path].greatest], text.length) }))
}

const urlIssues = (path: FieldPath, patch: Patch, present: Value, context: UrlContext): Issue[] => {
  const { url: kind } = fields[path]
  if (kind === undefined) return []
  const count = elementsOf(path, patch).length
  if (count > maximumUrls && count > new Set(textsOf(present)).size)
    return [
      {
        pointer: pointerOf(path),
        detail: `Auth0 allows ${maximumUrls} URLs in a list; these are ${count}. Remove some, or use a wildcard.`,
      },
    ]
  return addedTo(present, path, patch).flatMap(({ text, pointer }): Issue[] => {
    const detail = isTooLong(path, text) ? undefined : urlProblem(text, kind, context)
    return detail === undefined ? [] : [{ pointer, detail }]
  })
}

const elementIssues = (path: FieldPath, patch: Patch): Issue[] =>
  elementsOf(path, patch).flatMap(({ text, pointer }) => {
    const detail = fields[path].element?.(text)
    return detail === undefined ? [] : [{ pointer, detail }]
  })

/** A text in the form that it is kept in, with what is wrong with it. One that is too long is not looked at. */
const formedOf = (
  path: FieldPath,
  text: Value | undefined,
  present: Value,
): { text: Value; issues: Issue[] } | undefined => {
  const { form } = fields[path]
  if (form === undefined || !isText(text) || text === '' || isTooLong(path, text)) return undefined
  const formed = form(text, present)
  return { text: formed.text, issues: formed.wrong.map((detail) => ({ pointer: pointerOf(path), detail })) }
}

const metadataIssues = (values: Values, state: ClientState, keys: MetadataKeys): Issue[] => {
  const present = new Set(Object.keys(recordOf(state.observed['client_metadata'])))
  const before = effective(state, keys)
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
          `${present.size}. Remove another key first.`,
      })
  return issues
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
  const paths = pathsOf(patch.values)
  const formed = eachField((path) => formedOf(path, patch.values[path], present[path]))
  const values: Values = Object.fromEntries(paths.map((path) => [path, formed[path]?.text ?? patch.values[path]]))
  const issues: Issue[] = [
    ...paths.flatMap((path) => lengthIssues(path, patch, present[path])),
    ...paths.flatMap((path) => urlIssues(path, patch, present[path], context)),
    ...paths.flatMap((path) => formed[path]?.issues ?? []),
    ...paths.flatMap((path) => elementIssues(path, patch)),
    ...metadataIssues(values, state, keys),
    ...accessIssues(values, caller, state, keys),
  ]
  if (issues.length > 0) return { kind: 'impossible', issues }
  const observed = readFields(state.observed, keys)
  const changesNothing =
    fresh &&
    state.pending.length === 0 &&
    paths.every(
      (path) => compare(values[path], present[path]) === 'same' && compare(values[path], observed[path]) === 'same',
    )
  return { kind: 'accepted', values, changesNothing }
}
