import { fields } from '../../domain/clients/fields.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { attributeOf } from '../../stacks/plan/attributes.ts'
import { code, tableOf } from '../markdown.ts'

/** What the guides say of every field, from the table of fields. */

export const fieldTable = (): string =>
  tableOf([
    ['field', 'kind', 'in Auth0', 'what it is'],
    ...fieldPaths.map((path) => {
      const { kind, place, description, remark } = fields[path]
      return [code(path), kind, code(place.join('.')), remark === undefined ? description : `${description}. ${remark}`]
    }),
  ])

export const attributeTable = (): string =>
  tableOf([
    ['owned in Nexus', 'leave out and ignore'],
    ...[...Map.groupBy(fieldPaths, attributeOf)].map(([attribute, paths]) => [
      `${paths.map(code).join(', ')}${paths.length > 1 ? ' (any of them)' : ''}`,
      code(attribute),
    ]),
  ])
