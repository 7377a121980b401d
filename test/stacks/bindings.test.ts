import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import schema from '../../packages/provider-auth0/schema.json' with { type: 'json' }
import { strip, textOf } from '../../packages/provider-auth0/strip.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'
import { attributesOf, optional, optionalOfCredentials } from '../../stacks/plan/attributes.ts'

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

  const { resource_schemas } = schema.provider_schemas['registry.terraform.io/auth0/auth0']
  const { attributes, block_types } = resource_schemas.auth0_client.block

  test('has what Nexus can own', () => {
    expect(Object.keys({ ...attributes, ...block_types })).toEqual(expect.arrayContaining(attributesOf(fieldPaths)))
  })

  test('every attribute of a client is given, the provider’s alone, or one that a declaration may leave out', () => {
    const classified = ['name', 'client_id', 'id', 'signing_keys', ...optional]
    expect(classified.toSorted()).toEqual(Object.keys({ ...attributes, ...block_types }).toSorted())
    const must = Object.entries(attributes).filter(([, one]) => 'required' in one)
    expect(must.map(([name]) => name)).toEqual(['name'])
  })

  test('what nobody computes is a difference for ever where it is neither given nor ignored: all of it can be ignored', () => {
    const lasting = Object.entries(attributes).filter(([, one]) => 'optional' in one && !('computed' in one))
    expect(lasting).toHaveLength(23)
    expect(optional).toEqual(expect.arrayContaining(lasting.map(([name]) => name)))
  })

  test('of the credentials too', () => {
    const { block } = resource_schemas.auth0_client_credentials
    expect(['client_id', 'id', ...optionalOfCredentials].toSorted()).toEqual(
      Object.keys({ ...block.attributes, ...block.block_types }).toSorted(),
    )
  })
})

const bindings = (parameters: readonly string[], env: Record<string, string> = {}) => {
  const script = new URL('../../packages/provider-auth0/make-schema.ts', import.meta.url).pathname
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], { encoding: 'utf8', env })
  return { status, said: stdout + stderr }
}

describe('npm run bindings', () => {
  test('explains itself', () => {
    expect(bindings(['--help'])).toMatchObject({ status: 0, said: expect.stringContaining('--from FILE') })
  })

  test('says what to do where there is no terraform', () => {
    const { status, said } = bindings([], { PATH: '/nonexistent' })
    expect([status, said]).toEqual([1, expect.stringContaining('Install it, or give a schema: --from FILE.')])
  })

  test('refuses another file', () => {
    const { status, said } = bindings(['--from', 'package.json'])
    expect([status, said]).toEqual([1, expect.stringContaining('This is not the output of')])
  })
})

test('nothing that is generated is committed', () => {
  const files = execFileSync('git', ['ls-files', 'packages'], { encoding: 'utf8' }).trim().split('\n')
  expect(files.filter((file) => /\/(?:lib|\.gen)\//.test(file))).toEqual([])
})
