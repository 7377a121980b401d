/** Tables of the guides that are made of tables of the program. */

export const code = (text: string): string => `\`${text}\``

/** A table as prettier writes it. */
export const tableOf = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows.map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)))
  const widths = head.map((_title, column) => Math.max(...[head, ...body].map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

const end = '<!-- end of the table -->'

/**
 * A guide with a table as it is now.
 *
 * @param script the npm script that writes it
 * @throws Error where the guide has no place for it
 */
export const withTableOf = (script: string, guide: string, table: string): string => {
  const begin = `<!-- npm run ${script} writes this table -->`
  const [before, rest] = guide.split(begin)
  const place = rest?.indexOf(end) ?? -1
  if (before === undefined || rest === undefined || place < 0) throw new Error(`The guide needs ${begin} and ${end}.`)
  return `${before}${begin}\n\n${table}\n\n${rest.slice(place)}`
}
