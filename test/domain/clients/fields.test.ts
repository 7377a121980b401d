import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, readField, readFields, writeFields } from '../../../domain/clients/field-values.ts'
import { fields, listedFields } from '../../../domain/clients/fields.ts'
import { defaultMetadataKeys } from '../../../domain/clients/metadata-keys.ts'
import { recordOf } from '../../../domain/shape.ts'
import type { Auth0Client, FieldPath, Value } from '../../../domain/vocabulary.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { contractFields, contractKeys as keys } from '../../support/contract.ts'
import { patched } from '../../support/patched.ts'

describe.each(fieldPaths)('%s is as the contract has it', (path) => {
  const { value, held, cleared } = contractFields[path]

  test('where Auth0 holds it, and in which form', () => {
    expect(fields[path].kind).toBe(typeof value === 'string' ? 'text' : 'list')
    expect(writeFields({ [path]: value }, {}, keys)).toEqual(held)
    expect(readField(path, held, keys)).toEqual(value)
  })

  test.each([{ empty: null }, { empty: '' }, { empty: [] }])('how $empty clears it', ({ empty }) => {
    expect(writeFields({ [path]: empty }, {}, keys)).toEqual(cleared)
  })

  test('what it is not is null', () => {
    for (const raw of [undefined, null, 7, {}]) {
      const broken: unknown = JSON.parse(JSON.stringify(held), (_name, one: unknown) =>
        typeof one === 'string' || Array.isArray(one) ? raw : one,
      )
      expect(readField(path, recordOf(broken), keys)).toBeNull()
    }
  })
})

test('the keys of client_metadata that nobody has given another name', () => {
  expect(defaultMetadataKeys).toEqual(keys)
})

test('lists show who may reach a client, and what it is called', () => {
  expect(listedFields).toEqual(['owners', 'productName', 'applicationName'])
})

/** A text that no form of a field reads as something else: fingerprints are comma separated. */
const word = fc.string({ minLength: 1 }).map((text) => text.replaceAll(',', ';'))

const valueOf = (path: FieldPath): fc.Arbitrary<NonNullable<Value>> =>
  fields[path].kind === 'list' ? fc.array(word, { minLength: 1, maxLength: 5 }) : word

const held = fc.record(Object.fromEntries(fieldPaths.map((path) => [path, valueOf(path)])), { requiredKeys: [] })
const client: fc.Arbitrary<Auth0Client> = held.map((values) => writeFields(values, {}, keys))

describe.each(fieldPaths)('laws of %s, whatever the client held', (path) => {
  const others = (one: Auth0Client): Record<string, unknown> => ({ ...readFields(one, keys), [path]: undefined })

  test('written, it reads as it was written', () => {
    fc.assert(
      fc.property(client, valueOf(path), (before, value) => {
        const after = patched(before, writeFields({ [path]: value }, before, keys))
        expect(readField(path, after, keys)).toEqual(value)
        expect(others(after)).toEqual(others(before))
      }),
    )
  })

  test('cleared, it reads as nothing: a list as [] or null, a text as null', () => {
    fc.assert(
      fc.property(client, (before) => {
        const after = patched(before, writeFields({ [path]: null }, before, keys))
        const value = readField(path, after, keys)
        expect(fields[path].kind === 'text' ? [null] : [null, []]).toContainEqual(value)
        expect(compare(value, null)).toBe('same')
        expect(others(after)).toEqual(others(before))
      }),
    )
  })
})
