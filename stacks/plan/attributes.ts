import { fields } from '../../domain/fields.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'

/** The attributes of `auth0_client` that an owned field can stand in. */
export const ownable = [
  'allowed_logout_urls',
  'allowed_origins',
  'callbacks',
  'client_metadata',
  'mobile',
  'web_origins',
] as const
export type Ownable = (typeof ownable)[number]

const isOwnable = (name: string): name is Ownable => ownable.some((one) => one === name)

/** The attribute of the provider that holds a field. Its names are those of Auth0's members. */
const attributeOf = (path: FieldPath): Ownable => {
  const { place } = fields[path]
  // One key means the whole map, one leaf the whole block: a single ignored key was still reverted by the provider.
  const name = 'member' in place ? place.member : 'metadata' in place ? 'client_metadata' : 'mobile'
  if (!isOwnable(name)) throw new Error(`No attribute of auth0_client is known for ${path}.`)
  return name
}

/** What leaves the configuration of a client with these owned fields, in order. */
export const attributesOf = (owned: readonly FieldPath[]): Ownable[] => {
  const taken = new Set(owned.map(attributeOf))
  return ownable.filter((name) => taken.has(name))
}
