import { fields } from '../domain/clients/fields.ts'
import { fieldPaths } from '../domain/vocabulary.ts'
import { attributeOf } from '../stacks/plan/attributes.ts'

/** What the guides say of every field, from the table of fields. */

const code = (text: string): string => `\`${text}\``

/** A table as prettier writes it. */
const tableOf = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows
  const widths = head.map((_title, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

const fieldTable = (): string =>
  tableOf([
    ['field', 'kind', 'in Auth0', 'what it is'],
    ...fieldPaths.map((path) => {
      const { kind, place, description, remark } = fields[path]
      return [code(path), kind, code(place.join('.')), remark === undefined ? description : `${description}. ${remark}`]
    }),
  ])

const attributeTable = (): string =>
  tableOf([
    ['owned in Nexus', 'leave out and ignore'],
    ...[...Map.groupBy(fieldPaths, attributeOf)].map(([attribute, paths]) => [
      `${paths.map(code).join(', ')}${paths.length > 1 ? ' (any of them)' : ''}`,
      code(attribute),
    ]),
  ])

/** The guides that have such a table, and how it is made. */
export const guides: Readonly<Record<string, () => string>> = {
  'docs/guides/application-teams.md': fieldTable,
  'docs/guides/terraform.md': attributeTable,
}

const begin = '<!-- npm run field-reference writes this table -->'
const end = '<!-- end of the table -->'

/** A guide with its table as it is now. @throws Error where the guide has no place for it */
export const withTable = (guide: string, table: string): string => {
  const [before, rest] = guide.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`The guide needs ${begin} and ${end}.`)
  return `${before}${begin}\n\n${table}\n\n${end}${after}`
}
