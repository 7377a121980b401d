import bindings from '../../../packages/provider-auth0/schema.json' with { type: 'json' }
import type { Block } from '../../stacks/provider-model.ts'

/** The schema of Auth0's provider, as Terraform asks for it. */

const own = bindings.provider_schemas['registry.terraform.io/auth0/auth0']

const blockOf = ({ attributes = {}, block_types = {} }: Block): object => ({
  attributes: Object.entries(attributes).map(([name, { type, required, optional, computed }]) => ({
    name,
    type: Buffer.from(JSON.stringify(type)),
    required,
    optional,
    computed,
  })),
  blockTypes: Object.entries(block_types).map(([name, { block, nesting_mode: nesting, max_items: maxItems }]) => ({
    typeName: name,
    block: blockOf(block),
    nesting,
    maxItems,
  })),
})

interface Described {
  readonly block: Block
  readonly version: number
}

const schemaOf = ({ block, version }: Described): object => ({ version, block: blockOf(block) })

const all = (schemas: Readonly<Record<string, Described>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaOf(schema)]))

export const providerSchema = {
  provider: schemaOf(own.provider),
  resourceSchemas: all(own.resource_schemas),
  dataSourceSchemas: all(own.data_source_schemas),
}
