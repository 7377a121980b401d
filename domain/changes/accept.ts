import { effective } from '../clients/desired.ts'
import { compare, fields, isEmpty, pointerOf, readFields, greatestOfField } from '../clients/fields.ts'
import { greatest, tooLong } from '../texts/lengths.ts'
import { accessIssues } from '../clients/rights.ts'
import { isText, recordOf, textOf, textsOf } from '../shape.ts'
import { maximumUrls, urlProblem } from '../clients/urls.ts'
import type { UrlContext } from '../clients/urls.ts'
import type { Caller, ClientState, FieldPath, MetadataKeys, Value, Values } from '../vocabulary.ts'
import { pathsOf } from '../vocabulary.ts'
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

const hexOf = (fingerprint: string): string | undefined => {
  const hex = fingerprint.replaceAll(':', '').toUpperCase()
  return /^[0-9A-F]{64}$/.test(hex) ? hex : undefined
}

/** SHA-256 fingerprints with or without colons, written with them; what Auth0 has already may stay as it is. */
const normaliseFingerprints = (value: string, present: Value): { value: string; bad: string[] } => {
  const known = new Set(textOf(present)?.split(','))
  const parts = value.split(',').map((part) => part.trim())
  return {
    value: parts
      .map((part) => {
        const hex = known.has(part) ? undefined : hexOf(part)
        return hex === undefined ? part : hex.replaceAll(/..(?=.)/g, '$&:')
      })
      .join(','),
    bad: parts.filter((part) => !known.has(part) && hexOf(part) === undefined),
  }
}

/** Of a field's elements, or of the field where it is a text. */
const isTooLong = (path: FieldPath, text: string): boolean => text.length > greatest[greatestOfField[path]]

const elementPointer = (path: FieldPath, patch: Patch, index: number): string =>
  patch.elementPointers[path]?.[index] ?? `${pointerOf(path)}/${index}`

/** What is longer than it may be, and was not there before. Looked for before any pattern is. */
const lengthIssues = (path: FieldPath, patch: Patch, present: Value): Issue[] => {
  const value = patch.values[path] ?? null
  const most = greatest[greatestOfField[path]]
  if (isText(value))
    // Auth0's own limit on metadata is told with its remedy below.
    return 'metadata' in fields[path].place || value === present || !isTooLong(path, value)
      ? []
      : [{ pointer: pointerOf(path), detail: tooLong(most, value.length) }]
  const known = new Set(textsOf(present))
  return (value ?? []).flatMap((element, index) =>
    isTooLong(path, element) && !known.has(element)
      ? [{ pointer: elementPointer(path, patch, index), detail: tooLong(most, element.length) }]
      : [],
  )
}

const urlIssues = (path: FieldPath, patch: Patch, present: Value, context: UrlContext): Issue[] => {
  const kind = fields[path].url
  const value = textsOf(patch.values[path])
  if (kind === undefined || value === null) return []
  const known = new Set(textsOf(present))
  if (value.length > maximumUrls && value.length > known.size)
    return [
      {
        pointer: pointerOf(path),
        detail: `Auth0 allows ${maximumUrls} URLs in a list; these are ${value.length}. Remove some, or use a wildcard.`,
      },
    ]
  return value.flatMap((url, index): Issue[] => {
    const detail = known.has(url) || isTooLong(path, url) ? undefined : urlProblem(url, kind, context)
    return detail === undefined ? [] : [{ pointer: elementPointer(path, patch, index), detail }]
  })
}

const metadataIssues = (values: Values, state: ClientState, keys: MetadataKeys): Issue[] => {
  const present = new Set(Object.keys(recordOf(state.observed['client_metadata'])))
  const before = effective(state, keys)
  for (const path of pathsOf(before)) {
    const { place } = fields[path]
    if ('metadata' in place && !isEmpty(before[path])) present.add(keys[place.metadata])
  }
  const issues: Issue[] = []
  const added: FieldPath[] = []
  for (const path of pathsOf(values)) {
    const { place, encode } = fields[path]
    const value = values[path] ?? null
    if (!('metadata' in place)) continue
    const key = keys[place.metadata]
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
        detail:
          `Auth0 keeps at most ${maximumMetadataLength} characters here, and this takes ${length}. ` +
          (path === 'owners' ? 'Name a role instead of many users.' : 'Shorten it.'),
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

/** An owner without a name is nobody, or whoever has an empty claim. */
const ownerIssues = (patch: Patch): Issue[] =>
  (textsOf(patch.values.owners) ?? []).flatMap((owner, index) =>
    owner.trim() === ''
      ? [
          {
            pointer: elementPointer('owners', patch, index),
            detail: 'An owner is a user id or a role.',
          },
        ]
      : [],
  )

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
  const fingerprints = patch.values['mobile.android.keystore_hash']
  const hash = isText(fingerprints) && fingerprints !== '' ? fingerprints : undefined
  const normalised =
    hash === undefined || isTooLong('mobile.android.keystore_hash', hash)
      ? undefined
      : normaliseFingerprints(hash, present['mobile.android.keystore_hash'])
  const values: Values =
    normalised === undefined ? patch.values : { ...patch.values, 'mobile.android.keystore_hash': normalised.value }
  const issues: Issue[] = [
    ...pathsOf(values).flatMap((path) => lengthIssues(path, patch, present[path])),
    ...pathsOf(values).flatMap((path) => urlIssues(path, patch, present[path], context)),
    ...(normalised?.bad ?? []).map((part) => ({
      pointer: '/mobile/android/keystore_hash',
      detail: `${JSON.stringify(part)} is no SHA-256 fingerprint: 64 hexadecimal digits, with or without colons.`,
    })),
    ...ownerIssues(patch),
    ...metadataIssues(values, state, keys),
    ...accessIssues(values, caller, state, keys),
  ]
  if (issues.length > 0) return { kind: 'impossible', issues }
  const observed = readFields(state.observed, keys)
  const changesNothing =
    fresh &&
    state.pending.length === 0 &&
    pathsOf(values).every(
      (path) => compare(values[path], present[path]) === 'same' && compare(values[path], observed[path]) === 'same',
    )
  return { kind: 'accepted', values, changesNothing }
}
