import { didYouMean } from '../../adapters/config/problems.ts'
import { fields } from '../../domain/clients/fields.ts'
import { fieldOfMember } from '../../domain/clients/field-values.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'

/**
 * What is said of a member that a body may not have: which field it is here, if Auth0, Terraform or the deploy CLI have
 * it under this name, or which it may be meant for.
 *
 * @param path the names of the objects that it stands in, from the top
 */
export const unknownMember = (path: readonly PropertyKey[], name: string): string => {
  const above = path.map(String)
  const here = auth0Fields(above, name)
  const said = 'There is no such field, or it cannot be changed.'
  if (here.length > 0) return `${said} What Auth0 calls ${name} is ${listed(here)} here.`
  return `${said}${didYouMean(name, siblingsIn(above))}`
}

const auth0Fields = (above: readonly string[], name: string): readonly FieldPath[] => {
  const inPlace = fieldOfMember([...above, name].join('.'), defaultMetadataKeys)
  return inPlace.length > 0 ? inPlace : fieldPaths.filter((field) => fields[field].place.at(-1) === name)
}

/** The names that the object may have. */
const siblingsIn = (above: readonly string[]): string[] => {
  const inside = fieldPaths
    .map((field) => field.split('.'))
    .filter((names) => above.every((name, index) => names[index] === name))
  return [...new Set(inside.flatMap((names) => names[above.length] ?? []))]
}

const listed = (names: readonly string[]): string => new Intl.ListFormat('en', { type: 'disjunction' }).format(names)
