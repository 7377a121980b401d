import { fields } from '../domain/clients/fields.ts'
import { fieldPaths } from '../domain/vocabulary.ts'
import { attributeOf } from '../stacks/plan/attributes.ts'
import { code, tableOf, withTableOf } from './guide-tables.ts'

/** What the guides say of every field, from the table of fields. */

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

/** A guide with its table as it is now. @throws Error where the guide has no place for it */
export const withTable = (guide: string, table: string): string => withTableOf('field-reference', guide, table)
