import { differenceOf } from './lines.ts'
import type { DifferenceLine } from './lines.ts'

/** A line of one side, and whether the other side lacks it there. */
export interface SideLine {
  readonly text: string
  readonly differs: boolean
}

const side = (lines: readonly DifferenceLine[], mark: DifferenceLine['mark']): SideLine[] =>
  lines.flatMap((line) =>
    line.mark === ' ' || line.mark === mark ? [{ text: line.text, differs: line.mark === mark }] : [],
  )

/** Two lists of lines beside each other. A line that stands elsewhere on the other side differs on both. */
export const sidesOf = (
  left: readonly string[],
  right: readonly string[],
): { readonly left: readonly SideLine[]; readonly right: readonly SideLine[] } => {
  const lines = differenceOf(left, right)
  return { left: side(lines, '-'), right: side(lines, '+') }
}
