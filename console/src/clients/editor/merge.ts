import { fieldPaths, isList, isSame, linesOf } from '../fields.ts'
import type { FieldPath, SomeValues, Value, Values } from '../fields.ts'

/** A field that was changed here and, meanwhile, by somebody else. */
export interface Conflict {
  readonly field: FieldPath
  /** What both began with. */
  readonly base: Value
  readonly mine: Value
  readonly theirs: Value
  /** Lines with what both have added and taken away; null of a text, which is one or the other. */
  readonly merged: readonly string[] | null
}

/**
 * Two edits of one list in one: what either has added is there, what either has taken away is not. The order is theirs,
 * and each line of mine follows the one that it followed.
 */
export const mergeLists = (
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): readonly string[] => {
  const [wereThere, inMine, inTheirs] = [new Set(base), new Set(mine), new Set(theirs)]
  // They have only moved what was there, or nothing: then the order is mine.
  if (wereThere.size === inTheirs.size && theirs.every((line) => wereThere.has(line))) return mine
  const merged = theirs.filter((line) => inMine.has(line) || !wereThere.has(line))
  let after = -1
  for (const line of mine) {
    const place = merged.indexOf(line)
    if (place !== -1) after = place
    else if (!wereThere.has(line)) merged.splice(++after, 0, line)
  }
  return merged
}

/**
 * Where an edit and what has come meanwhile do not agree. What only one side has changed, and what both have changed to
 * the same, is no conflict.
 */
export const conflictsOf = (base: Values, edits: SomeValues, now: Values): Conflict[] =>
  fieldPaths.flatMap((field) => {
    const [was, mine, theirs] = [base[field], edits[field], now[field]]
    if (mine === undefined || isSame(mine, was) || isSame(theirs, was) || isSame(mine, theirs)) return []
    const merged = isList(field) ? mergeLists(linesOf(was), linesOf(mine), linesOf(theirs)) : null
    return [{ field, base: was, mine, theirs, merged }]
  })
