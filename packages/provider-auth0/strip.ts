/**
 * What the bindings are generated from: of `terraform providers schema -json` the names, types and flags of what the
 * stacks use, without descriptions.
 */

/** The provider's address, as Terraform writes it. */
export const source = 'registry.terraform.io/auth0/auth0'

const resources = ['auth0_client', 'auth0_client_credentials']
const dataSources = ['auth0_client']

/** Members that say something about a schema to a person only. */
const prose = new Set(['description', 'description_kind', 'deprecation_message'])

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json }
type JsonObject = Readonly<Record<string, Json>>

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value)

const objectAt = (value: JsonObject, member: string): JsonObject => {
  const found = value[member]
  if (!isObject(found)) throw new Error(`This is not the output of \`terraform providers schema -json\`: no ${member}.`)
  return found
}

/** A block with its members in order, so that a new schema shows as a small difference. */
const strippedBlock = (block: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.keys(block)
      .filter((member) => !prose.has(member))
      .sort()
      .flatMap((member): [string, Json][] => {
        const value = block[member]
        if (value === undefined) return []
        if (!isObject(value) || !['attributes', 'block_types'].includes(member)) return [[member, value]]
        const named = Object.keys(value).sort()
        return [[member, Object.fromEntries(named.map((name) => [name, strippedNamed(objectAt(value, name))]))]]
      }),
  )

/** An attribute, or a block type, whose own block is inside. */
const strippedNamed = (named: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(strippedBlock(named)).map(([member, value]): [string, Json] => [
      member,
      member === 'block' && isObject(value) ? strippedBlock(value) : value,
    ]),
  )

const strippedSchema = (schema: JsonObject): JsonObject => ({
  block: strippedBlock(objectAt(schema, 'block')),
  version: schema['version'] ?? 0,
})

const pick = (schemas: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, strippedSchema(objectAt(schemas, name))]))

/**
 * @param schemas what `terraform providers schema -json` prints
 * @param version the provider's version; where it is left out, `schemas` says it in `provider_versions`
 * @throws Error where it is something else, or lacks what the stacks use
 */
export const strip = (schemas: Json, version?: string): JsonObject => {
  if (!isObject(schemas)) throw new Error('This is not the output of `terraform providers schema -json`.')
  const provider = objectAt(objectAt(schemas, 'provider_schemas'), source)
  const known = version ?? (isObject(schemas['provider_versions']) ? schemas['provider_versions'][source] : undefined)
  if (typeof known !== 'string') throw new Error('The schema does not say which version of the provider it is of.')
  return {
    format_version: '1.0',
    provider_versions: { [source]: known },
    provider_schemas: {
      [source]: {
        provider: strippedSchema(objectAt(provider, 'provider')),
        resource_schemas: pick(objectAt(provider, 'resource_schemas'), resources),
        data_source_schemas: pick(objectAt(provider, 'data_source_schemas'), dataSources),
      },
    },
  }
}

/** On one line, as prettier writes it. */
const flat = (value: Json): string => {
  if (isList(value)) return `[${value.map(flat).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([member, inner]) => `${JSON.stringify(member)}: ${flat(inner)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** As text: what fits stands on one line, as prettier would have it. */
export const textOf = (value: Json, indent = '', label = ''): string => {
  const line = `${indent}${label}${flat(value)}`
  // A comma follows.
  if (line.length < 120) return line
  const inner = `${indent}  `
  if (isList(value)) return `${indent}${label}[\n${value.map((one) => textOf(one, inner)).join(',\n')}\n${indent}]`
  if (!isObject(value)) return line
  const members = Object.entries(value).map(([member, one]) => textOf(one, inner, `${JSON.stringify(member)}: `))
  return `${indent}${label}{\n${members.join(',\n')}\n${indent}}`
}
