/** Comma separated values (RFC 4180), as programs for tables of figures can be trusted with. */

type Cell = string | number | null

/**
 * What such a program would take for a formula, and run: it begins with one of these.
 * Source: https://owasp.org/www-community/attacks/CSV_Injection
 */
const formula = /^[=+\-@\t\r\n＝＋－＠]/

const textOf = (cell: string): string => {
  const harmless = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** One line with its end. A text that could be a formula gets an apostrophe before it; null is empty. */
export const csvLine = (cells: readonly Cell[]): string =>
  `${cells.map((cell) => (typeof cell === 'string' ? textOf(cell) : (cell ?? ''))).join(',')}\r\n`
