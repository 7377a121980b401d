import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { defaultSettings } from '../../../api/dependencies.ts'
import { openApiDocument } from '../../../api/docs/openapi/document.ts'
import { routes } from '../../../api/routes.ts'
import manifest from '../../../package.json' with { type: 'json' }

/** Terraform's http backend is a protocol of its own, with methods that OpenAPI has no place for. */
const backend = '/v1/tenants/:tenantId/terraform/states/:state'

const operations = routes.flatMap((route) => ('document' in route ? route.document : []))

describe('the document', () => {
  test('tells of every route but those of another protocol, each once', () => {
    const silent = routes.filter((route) => 'undocumented' in route)
    expect(new Set(silent.map(({ path }) => path))).toEqual(new Set([backend]))
    const addresses = routes.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(addresses).size).toBe(addresses.length)
  })

  test('is the one that is committed: npm run openapi writes it', () => {
    const file = readFileSync(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8')
    const document = openApiDocument(routes, { ...defaultSettings, version: manifest.version })
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('names each operation once, and the PATCH as the contract does', () => {
    const ids = operations.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations.find(({ id }) => id === 'updateClient')?.summary).toBe('Updates an auth client by ID.')
  })
})
