import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { printable } from '../../domain/texts/printable.ts'

/** One column: what stands over it, and what of each row stands in it. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** What somebody would copy is never shortened. */
  readonly whole?: true
}

const gap = 2
const narrowest = 4

/** The widths of columns that are too wide for the terminal, the widest of those that may be shortened narrowed first. */
const fitted = (widths: readonly number[], whole: readonly boolean[], width: number): number[] => {
  const fit = [...widths]
  for (;;) {
    const total = fit.reduce((sum, one) => sum + one + gap, -gap)
    const [widest] = fit
      .map((one, index) => ({ one, index }))
      .filter(({ one, index }) => !whole[index] && one > narrowest)
      .toSorted((a, b) => b.one - a.one)
    if (total <= width || widest === undefined) return fit
    fit[widest.index] = widest.one - 1
  }
}

/**
 * Rows under their titles. Widths are cells of the terminal: a Japanese character or an emoji takes two, an accent that
 * combines none.
 *
 * @param width of the terminal; undefined where there is none, and nothing is shortened
 */
export const tableLines = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
): string[] => {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ]
  const natural = columns.map((_, index) => Math.max(...lines.map((line) => stringWidth(line[index] ?? ''))))
  const widths = fitted(
    natural,
    columns.map(({ whole }) => whole === true),
    width ?? Number.POSITIVE_INFINITY,
  )
  return lines.map((line) =>
    line
      .map((cell, index) => {
        const room = widths[index] ?? 0
        const short = cliTruncate(cell, room)
        return `${short}${' '.repeat(room - stringWidth(short) + gap)}`
      })
      .join('')
      .trimEnd(),
  )
}

/** Values behind their names, all of them in one column. */
export const labelledLines = (rows: readonly (readonly [name: string, value: string])[]): string[] => {
  const width = Math.max(...rows.map(([name]) => name.length)) + gap
  return rows.map(([name, value]) => `${name.padEnd(width)}${printable(value)}`)
}
