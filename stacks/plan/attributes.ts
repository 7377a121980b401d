import schema from '@cdktf/provider-auth0/schema.json' with { type: 'json' }
import { fields } from '../../domain/clients/fields.ts'
import { isRecord, recordOf } from '../../domain/shape.ts'
import type { FieldPath } from '../../domain/vocabulary.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { escape } from '../escape.ts'

/**
 * What the provider's resources have, read from the schema that the bindings are made from. Whoever renews the bindings
 * for a later provider renews what is left out and ignored with them.
 */

/** Attributes of a resource as its configuration gives them, with Terraform's names: a block is an object. */
export type Attributes = Readonly<Record<string, unknown>>

type Block = Readonly<Record<string, unknown>>

const blockOf = (resource: string): Block => {
  const [provider] = Object.values(recordOf(schema.provider_schemas))
  return recordOf(recordOf(recordOf(recordOf(provider)['resource_schemas'])[resource])['block'])
}

const clientBlock = blockOf('auth0_client')

/** What a configuration may give of a block and need not, in order. The provider alone decides about `id`. */
const optionalIn = (block: Block): string[] => {
  const attributes = Object.entries(recordOf(block['attributes']))
  const optional = attributes.filter(([name, one]) => recordOf(one)['optional'] === true && name !== 'id')
  return [...optional.map(([name]) => name), ...Object.keys(recordOf(block['block_types']))].sort()
}

/** Every attribute and block of `auth0_client` that a declaration may give; `name`, which it must give, is not among them. */
export const optional: readonly string[] = optionalIn(clientBlock)

/** The same of `auth0_client_credentials`. */
export const optionalOfCredentials: readonly string[] = optionalIn(blockOf('auth0_client_credentials'))

/** The block inside a block, where there is one of it at most: only such a one has parts that Terraform can name. */
const onlyBlockIn = (block: Block, name: string): Block | undefined => {
  const type = recordOf(recordOf(block['block_types'])[name])
  return type['nesting_mode'] === 'list' && type['max_items'] === 1 ? recordOf(type['block']) : undefined
}

/** The object that a block is given as, alone or as the only one of a list. */
export const objectIn = (value: unknown): Attributes | undefined => {
  const alone: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  return isRecord(alone) ? alone : undefined
}

/**
 * Blocks that the provider replaces as a whole, whatever is ignored inside: it empties them and sends what is given. To
 * ignore a part would only keep the plan from saying that it goes.
 */
const wholes = new Set(['addons'])

/**
 * What `ignore_changes` must name beside the given attributes, so that what a declaration does not give is never a
 * difference: attributes, blocks, and the parts that a given block leaves open.
 *
 * @returns in order, such as `addons`, `jwt_configuration[0].scopes`
 */
export const ignoredBeside = (given: Attributes): string[] => ignoredIn(clientBlock, given, '')

const ignoredIn = (block: Block, given: Attributes, path: string): string[] =>
  optionalIn(block).flatMap((name) => {
    if (given[name] === undefined) return [`${path}${name}`]
    const inner = wholes.has(name) ? undefined : onlyBlockIn(block, name)
    const object = objectIn(given[name])
    return inner === undefined || object === undefined ? [] : ignoredIn(inner, object, `${path}${name}[0].`)
  })

/** How `ignore_changes` names one key of a map. */
export const keyOf = (attribute: string, key: string): string => `${attribute}[${escape(JSON.stringify(key))}]`

/**
 * The attribute of the provider that holds a field. Its names are those of Auth0's members: one key of the metadata means
 * the whole map, one leaf the whole block, because a single ignored key was still reverted by the provider.
 */
export const attributeOf = (path: FieldPath): string => fields[path].place[0]

/** What leaves the configuration of a client with these owned fields, in order. */
export const attributesOf = (owned: readonly FieldPath[]): string[] => [...new Set(owned.map(attributeOf))].sort()

/** The keys of `client_metadata` that owners change through Nexus. */
export const ownersKeys = (keys: MetadataKeys): readonly string[] => Object.values(keys)
