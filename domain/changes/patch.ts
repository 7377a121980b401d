import { fields } from '../clients/fields.ts'
import { compare, pointerOf } from '../clients/field-values.ts'
import { isText } from '../shape.ts'
import type { FieldPath, Value, Values } from '../vocabulary.ts'
import { pathsOf } from '../vocabulary.ts'
import { greatest } from '../texts/lengths.ts'

/** A parsed request: the values it names, and where in the body each element of a list stood. */
export interface Patch {
  readonly values: Values
  /** For lists: the pointer of each element of the value (several may share one, when commas were split). */
  readonly elementPointers: { readonly [F in FieldPath]?: readonly string[] }
}

/** One text of a value, and where in the body it stands. */
export interface Element {
  readonly text: string
  readonly pointer: string
}

/** The elements of a list, or the one text. */
export const elementsOf = (path: FieldPath, { values, elementPointers }: Patch): Element[] => {
  const value = values[path] ?? []
  const pointer = pointerOf(path)
  if (isText(value)) return value === '' ? [] : [{ text: value, pointer }]
  return value.map((text, index) => ({ text, pointer: elementPointers[path]?.[index] ?? `${pointer}/${index}` }))
}

/** Those that are not there yet: what Auth0 has may stay. */
export const addedTo = (present: Value, path: FieldPath, patch: Patch): Element[] => {
  const known = new Set(isText(present) ? [present] : present)
  return elementsOf(path, patch).filter(({ text }) => !known.has(text))
}

/** Of a field's elements, or of the field where it is a text. */
export const isTooLong = (path: FieldPath, text: string): boolean => text.length > greatest[fields[path].greatest]

/** The patch with each element of a list once, where it stood first. A list that is there like that may stay. */
export const withoutRepetitions = (patch: Patch, present: Readonly<Record<FieldPath, Value>>): Patch => {
  const values: { [F in FieldPath]?: Value } = { ...patch.values }
  const elementPointers: { [F in FieldPath]?: readonly string[] } = { ...patch.elementPointers }
  for (const path of pathsOf(patch.values)) {
    const value = patch.values[path] ?? null
    if (isText(value) || value === null || compare(value, present[path]) === 'same') continue
    const elements = elementsOf(path, patch)
    const once = elements.filter(({ text }, index) => value.indexOf(text) === index)
    if (once.length === elements.length) continue
    values[path] = once.map(({ text }) => text)
    elementPointers[path] = once.map(({ pointer }) => pointer)
  }
  return { values, elementPointers }
}
