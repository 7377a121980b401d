import type { DifferenceLine } from './difference/lines.ts'
import { differenceOf } from './difference/lines.ts'
import { linesOf } from '../clients/fields.ts'
import type { Value } from '../clients/fields.ts'

/** A line of one side, and whether the other side lacks it there. */
export interface SideLine {
  readonly text: string
  readonly differs: boolean
}

const side = (lines: readonly DifferenceLine[], mark: DifferenceLine['mark']): SideLine[] =>
  lines.flatMap((line) =>
    line.mark === ' ' || line.mark === mark ? [{ text: line.text, differs: line.mark === mark }] : [],
  )

/** Two values beside each other, line by line. A line that stands elsewhere on the other side differs on both. */
export const sidesOf = (
  left: Value,
  right: Value,
): { readonly left: readonly SideLine[]; readonly right: readonly SideLine[] } => {
  const lines = differenceOf(linesOf(left), linesOf(right))
  return { left: side(lines, '-'), right: side(lines, '+') }
}
