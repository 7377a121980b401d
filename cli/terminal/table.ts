import { printable } from '../../domain/texts/printable.ts'

/** One column: what stands over it, and what of each row stands in it. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** What somebody would copy is never shortened. */
  readonly whole?: true
}

const gap = 2
const narrowest = 8

const segmenter = new Intl.Segmenter()
const charactersOf = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment)
const lengthOf = (text: string): number => charactersOf(text).length

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

const shortened = (text: string, width: number): string =>
  lengthOf(text) <= width
    ? text
    : `${charactersOf(text)
        .slice(0, width - 1)
        .join('')}…`

/**
 * Rows under their titles.
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
  const natural = columns.map((_, index) => Math.max(...lines.map((line) => lengthOf(line[index] ?? ''))))
  const widths = fitted(
    natural,
    columns.map(({ whole }) => whole === true),
    width ?? Number.POSITIVE_INFINITY,
  )
  return lines.map((line) =>
    line
      .map((cell, index) => {
        const short = shortened(cell, widths[index] ?? 0)
        return `${short}${' '.repeat((widths[index] ?? 0) - lengthOf(short) + gap)}`
      })
      .join('')
      .trimEnd(),
  )
}
