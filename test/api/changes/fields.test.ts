import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pointerOf, readFields } from '../../../domain/clients/field-values.ts'
import { fields } from '../../../domain/clients/fields.ts'
import { nestedValues } from '../../../domain/clients/nest.ts'
import { fieldPaths } from '../../../domain/vocabulary.ts'
import { contractFields, contractKeys, contractValues } from '../../support/contract.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read, seedClient } from '../support.ts'

describe.skipIf(servers === null)('every field, through the API to Auth0', () => {
  let stack: Stack
  let id: string
  beforeAll(async () => {
    stack = await startStack()
    id = seedClient(stack)
  })
  afterAll(() => stack.close())

  const held = () => readFields(stack.simulator.clients.get(id) ?? {}, contractKeys)
  /** Who clears `owners` would lock themselves out, which is refused. */
  const clearable = fieldPaths.filter((path) => path !== 'owners')

  test('a body with all of them: the 200 and Auth0 have them', async () => {
    const body = nestedValues(fieldPaths, (path) => contractFields[path].value)
    const answer = await read(await stack.patch(id, body))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject(body)
    expect(held()).toEqual(contractValues)
  })

  test('cleared: lists with [], texts with ""', async () => {
    const body = nestedValues(clearable, (path) => (fields[path].kind === 'list' ? [] : ''))
    const answer = await read(await stack.patch(id, body))
    expect(answer.status).toBe(200)
    const found = held()
    expect(found.owners).toEqual(contractValues.owners)
    for (const path of clearable) {
      const value = found[path]
      expect([path, Array.isArray(value) && value.length === 0 ? null : value]).toEqual([path, null])
    }
  })

  test('a script is no URL in any of them', async () => {
    const urls = fieldPaths.filter((path) => fields[path].url !== undefined)
    const bad = 'javascript:alert(1)'
    const body = nestedValues(urls, (path) => (fields[path].kind === 'list' ? [bad] : bad))
    const answer = await read(await stack.patch(id, body))
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toEqual(
      urls.map((path) => ({
        pointer: fields[path].kind === 'list' ? `${pointerOf(path)}/0` : pointerOf(path),
        detail: 'The scheme javascript: is not allowed.',
      })),
    )
  })
})
