import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { routesOf } from '../../../api/app.ts'
import type { ApiDeps } from '../../../api/dependencies.ts'
import { defaultSettings } from '../../../api/dependencies.ts'
import type { KnownClients } from '../../../api/clients/client-cache.ts'
import { openApiDocument } from '../../../api/docs/openapi/document.ts'
import { operations } from '../../../api/docs/openapi/operations.ts'
import manifest from '../../../package.json' with { type: 'json' }

/** Terraform's http backend is a protocol of its own, with methods that OpenAPI has no place for. */
const backend = '/v1/tenants/:tenantId/terraform/states/:state'

describe('the document', () => {
  test('tells of every route, and of no other', () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table is looked at, nothing of it is called
    const routes = routesOf({ settings: defaultSettings } as ApiDeps, {} as KnownClients)
    const served = routes.filter(({ url }) => url !== backend).map(({ method, url }) => `${method} ${url}`)
    expect(Object.keys(operations).toSorted()).toEqual(served.toSorted())
  })

  test('is the one that is committed: npm run openapi writes it', () => {
    const file = readFileSync(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8')
    const document = openApiDocument(operations, { ...defaultSettings, version: manifest.version, url: null })
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(document)))
  })

  test('names each operation once, and the PATCH as the contract does', () => {
    const ids = Object.values(operations).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations['PATCH /v1/tenants/:tenantId/clients/:clientId']?.summary).toBe('Updates an auth client by ID.')
  })
})
