import { compare, readField, readFields } from '../clients/field-values.ts'
import type { Auth0Client, FieldPath, Values } from '../vocabulary.ts'
import type { MetadataKeys } from '../clients/metadata-keys.ts'
import { pathsOf, pick } from '../vocabulary.ts'

/**
 * What became of the values that were sent, read from Auth0's own answer.
 *
 * - `taken`: the answer has them; they are the confirmed values.
 * - `again`: some differ and rounds are left; send the same once more.
 * - `settled`: no rounds are left. A field that still has its old value was ignored (a refusal); one with a third value
 *   was normalised, and what Auth0 made of it is the confirmed value. Neither is sent again: no endless loop.
 */
export type ReadBack =
  | { readonly kind: 'taken'; readonly confirmed: Values }
  | { readonly kind: 'again'; readonly differing: readonly FieldPath[] }
  | { readonly kind: 'settled'; readonly confirmed: Values; readonly ignored: readonly FieldPath[] }

/** Rounds after the first that are spent on an answer which differs. */
export const extraRounds = 2

/**
 * @param sent the values of the PATCH
 * @param before values that were observed before the first round
 * @param answer Auth0's answer to the PATCH
 * @param roundsLeft rounds that may still follow
 */
export const readAnswer = (
  sent: Values,
  before: Values,
  answer: Auth0Client,
  roundsLeft: number,
  keys: MetadataKeys,
): ReadBack => {
  const paths = pathsOf(sent)
  const differing = paths.filter((path) => compare(sent[path], readField(path, answer, keys)) !== 'same')
  if (differing.length === 0) return { kind: 'taken', confirmed: sent }
  if (roundsLeft > 0) return { kind: 'again', differing }
  const ignored = differing.filter((path) => compare(before[path], readField(path, answer, keys)) === 'same')
  const taken = pathsOf(sent).filter((path) => !differing.includes(path))
  const normalised = differing.filter((path) => !ignored.includes(path))
  const confirmed: Values = {
    ...pick(sent, taken),
    ...pick(readFields(answer, keys), normalised),
  }
  return { kind: 'settled', confirmed, ignored }
}
