import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PatchBody } from '../../api/patches/patch-body.ts'
import { Client } from '../../api/clients/answers.ts'
import { exampleClient } from '../../api/clients/client-schema.ts'
import { attributeOf, optional } from '../../stacks/plan/attributes.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { viewOf } from '../../domain/clients/view.ts'
import { isRecord, recordOf, textsOf } from '../../domain/shape.ts'
import { fieldPaths } from '../../domain/vocabulary.ts'

const root = new URL('../../', import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8')

/** The names of a value's leaves, with dots between them. */
const leavesOf = (value: unknown, prefix = ''): string[] =>
  Object.entries(recordOf(value)).flatMap(([name, inner]) =>
    isRecord(inner) ? leavesOf(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  )

/** The same of what a schema of the document describes, inside `anyOf` and behind `$ref` too. */
const describedIn = (schema: unknown, components: unknown, prefix = ''): string[] => {
  const { properties, anyOf, $ref } = recordOf(schema)
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? ''
    return describedIn(recordOf(components)[name], components, prefix)
  }
  const objects = Array.isArray(anyOf) ? anyOf.filter((one) => isRecord(recordOf(one)['properties'])) : []
  if (objects.length > 0) return objects.flatMap((one) => describedIn(one, components, prefix))
  if (properties === undefined) return [prefix.slice(0, -1)]
  return Object.entries(recordOf(properties)).flatMap(([name, inner]) =>
    describedIn(inner, components, `${prefix}${name}.`),
  )
}

const jsonOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return describedIn(json, json.$defs)
}

const bare = viewOf(
  { key: { tenantId: 'acme', clientId: 'c' }, observed: { token_endpoint_auth_method: 'none' }, base: {}, pending: [] },
  false,
  defaultMetadataKeys,
)
const components = recordOf(recordOf(JSON.parse(read('docs/reference/openapi.json')))['components'])['schemas']
const documented = (name: string): string[] => describedIn(recordOf(components)[name], components)
const isField = (path: string): boolean => fieldPaths.some((field) => field === path)
const whole = leavesOf(bare).toSorted()

describe('every place that names the fields names the same', () => {
  test.each([
    { place: 'the request', found: jsonOf(PatchBody, 'input') },
    { place: "the document's request", found: documented('ClientPatch') },
    { place: 'the answer', found: leavesOf(bare).filter(isField) },
    {
      place: "the document's names of fields",
      found: textsOf(recordOf(recordOf(components)['FieldPath'])['enum']) ?? [],
    },
  ])('$place', ({ found }) => {
    expect(found.toSorted()).toEqual([...fieldPaths].toSorted())
  })

  test.each([
    { place: 'the schema of answers', found: jsonOf(Client, 'output') },
    { place: "the document's answer", found: documented('Client') },
    { place: 'the example', found: leavesOf(exampleClient) },
  ])('$place has the members that are answered, and in a dry run the preview', ({ found }) => {
    expect(found.filter((path) => !path.startsWith('preview')).toSorted()).toEqual(whole)
  })

  test('the provider has an attribute for each', () => {
    expect(optional).toEqual(expect.arrayContaining(fieldPaths.map(attributeOf)))
  })
})
