import { isSame } from '../fields.ts'
import type { Value } from '../fields.ts'
import type { Conflict } from './merge.ts'

export type Choice = 'mine' | 'theirs' | 'merged'

/** What a field in conflict becomes by a choice. */
export const valueOf = ({ mine, theirs, merged }: Conflict, choice: Choice): Value =>
  ({ mine, theirs, merged })[choice] ?? null

/** What can be chosen of a conflict: both together only where that is another value than each side. */
export const choicesOf = (conflict: Conflict): readonly Choice[] => {
  const { mine, theirs, merged } = conflict
  const isOther = merged !== null && !isSame(merged, mine) && !isSame(merged, theirs)
  return isOther ? ['merged', 'mine', 'theirs'] : ['mine', 'theirs']
}
