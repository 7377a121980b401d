/** A line of a difference: as before, taken away, or new. */
export interface DifferenceLine {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Beyond that many pairs of lines it is told as all old and all new ones: nobody reads so long a difference. */
const mostPairs = 1_000_000

const marked = (mark: DifferenceLine['mark'], texts: readonly string[]): DifferenceLine[] =>
  texts.map((text) => ({ mark, text }))

/** What makes one list of lines of another, with as few lines changed as possible. */
export const differenceOf = (before: readonly string[], after: readonly string[]): DifferenceLine[] => {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  const shorter = Math.min(before.length, after.length) - start
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  return [
    ...marked(' ', before.slice(0, start)),
    ...(old.length * fresh.length > mostPairs ? [...marked('-', old), ...marked('+', fresh)] : middle(old, fresh)),
    ...marked(' ', before.slice(before.length - end)),
  ]
}

/** By the longest common subsequence. */
const middle = (old: readonly string[], fresh: readonly string[]): DifferenceLine[] => {
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1))
  const at = (row: number, column: number): number => common[row]?.[column] ?? 0
  for (let row = old.length - 1; row >= 0; row--)
    for (let column = fresh.length - 1; column >= 0; column--) {
      const value =
        old[row] === fresh[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
      common[row]?.fill(value, column, column + 1)
    }
  const lines: DifferenceLine[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      lines.push({ mark: ' ', text: old[row++] ?? '' })
      column++
    } else if (column === fresh.length || (row < old.length && at(row + 1, column) >= at(row, column + 1)))
      lines.push({ mark: '-', text: old[row++] ?? '' })
    else lines.push({ mark: '+', text: fresh[column++] ?? '' })
  }
  return lines
}
