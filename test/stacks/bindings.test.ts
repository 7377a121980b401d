import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import schema from '../../packages/provider-auth0/schema.json' with { type: 'json' }
import { strip, textOf } from '../../packages/provider-auth0/strip.ts'
import { ownable } from '../../stacks/plan/attributes.ts'

const committed = readFileSync(new URL('../../packages/provider-auth0/schema.json', import.meta.url), 'utf8')
const given = new URL('../../../shared/terraform/auth0-provider-1.38.0.schema.json', import.meta.url).pathname

describe('the schema that the bindings are made from', () => {
  test('holds names, types and flags, and no prose', () => {
    expect(committed).not.toMatch(/"description(?:_kind)?": "/)
    expect(committed).not.toContain('deprecation_message')
  })

  test('stripping it again changes nothing', () => {
    expect(`${textOf(strip(schema))}\n`).toBe(committed)
  })

  test.skipIf(!existsSync(given))(`is that of the provider (skipped where ${given} is not there)`, () => {
    expect(`${textOf(strip(JSON.parse(readFileSync(given, 'utf8'))))}\n`).toBe(committed)
  })

  test.each(['x', [], {}, { provider_schemas: {} }])('%j is refused', (other) => {
    expect(() => strip(other)).toThrow('This is not the output of `terraform providers schema -json`')
  })

  test('has what Nexus can own', () => {
    const { resource_schemas } = schema.provider_schemas['registry.terraform.io/auth0/auth0']
    const { attributes, block_types } = resource_schemas.auth0_client.block
    expect(Object.keys({ ...attributes, ...block_types })).toEqual(expect.arrayContaining([...ownable]))
  })
})
