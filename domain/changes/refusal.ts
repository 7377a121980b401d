import { fieldOfMember, pointerOf } from '../clients/field-values.ts'
import type { FieldPath, Values } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf } from '../vocabulary.ts'
import type { Issue } from '../texts/json-text.ts'

/** Why a change was rejected. */
export interface Refusal {
  /** `refused` by Auth0, `ignored` by Auth0, or the client has `vanished` from it. */
  readonly reason: 'refused' | 'ignored' | 'vanished'
  readonly detail: string
  readonly issues: readonly Issue[]
}

/**
 * Where Auth0 says the fault lies, in Nexus' own field names. Only for the pointer that a person reads: what becomes of
 * a change is never decided from words.
 *
 * @param message Auth0's own, as in `… on property callbacks[0] (…)`
 * @param sent the values of the refused change
 */
export const refusalIssues = (message: string, sent: Values, keys: MetadataKeys): Issue[] => {
  const property = /\bon property ([\w.-]+)(?:\[(\d+)\])?/.exec(message)
  const named = property === null ? [] : fieldOfMember(property[1] ?? '', keys).filter((path) => path in sent)
  const index = property?.[2]
  if (named.length > 0)
    return named.map((path) => ({
      pointer: index === undefined || path.startsWith('mobile.') ? pointerOf(path) : `${pointerOf(path)}/${index}`,
      detail: message,
    }))
  return pathsOf(sent).map((path) => ({ pointer: pointerOf(path), detail: message }))
}

/** What is said of fields that Auth0 answered 200 for and left as they were. */
export const ignoredIssues = (ignored: readonly FieldPath[]): Issue[] =>
  ignored.map((path) => ({
    pointer: pointerOf(path),
    detail: 'Auth0 accepted the request but left this field as it was.',
  }))
