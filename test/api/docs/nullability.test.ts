import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRecord } from '../../../domain/shape.ts'
import { clientMembers } from '../../support/contract.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'

/** What may be null, in the document, by the contract, and in what is answered. */

type Node = Readonly<Record<string, unknown>>

const document: Node = JSON.parse(
  readFileSync(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8'),
)

const at = (node: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), node)

/** The alternatives of a schema, with references followed. */
const alternatives = (schema: unknown): readonly Node[] => {
  if (!isRecord(schema)) return []
  const { $ref, anyOf, oneOf } = schema
  if (typeof $ref === 'string') return alternatives(at(document, ...$ref.split('/').slice(1)))
  const inner = [anyOf, oneOf].flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
  return inner.length > 0 ? inner.flatMap(alternatives) : [schema]
}

const admitsNull = (schema: unknown): boolean =>
  alternatives(schema).some(
    ({ type, enum: values, const: value }) =>
      [type].flat().includes('null') ||
      (Array.isArray(values) && values.includes(null)) ||
      value === null ||
      // Without a type anything may stand there.
      (type === undefined && values === undefined && value === undefined),
  )

/** Places of a body that are null and may not be; and members that the document does not name. */
const misfits = (value: unknown, schema: unknown, place = ''): string[] => {
  if (value === null) return admitsNull(schema) ? [] : [`${place} is null`]
  if (Array.isArray(value)) {
    const items = alternatives(schema).map((one) => one['items'])
    return value.flatMap((element) => {
      const of = items.map((item) => misfits(element, item, `${place}/*`))
      return of.toSorted((a, b) => a.length - b.length)[0] ?? []
    })
  }
  if (!isRecord(value)) return []
  const open = alternatives(schema)
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = open.flatMap((one) => at(one, 'properties', name) ?? one['additionalProperties'] ?? [])
    if (known.length === 0)
      return open.some((one) => one['properties'] === undefined) ? [] : [`${place}/${name} is unknown`]
    const of = known.map((one) => misfits(inner, one, `${place}/${name}`))
    return of.toSorted((a, b) => a.length - b.length)[0] ?? []
  })
}

const propertiesOf = (name: string): Node => {
  const properties = at(document, 'components', 'schemas', name, 'properties')
  return isRecord(properties) ? properties : {}
}
const nullable = (properties: Node): string[] => Object.keys(properties).filter((name) => admitsNull(properties[name]))

describe('the contract, in the document', () => {
  test('of a client everything is null where Auth0 has none, but its id and the three that generated clients can read', () => {
    const never = new Set(['id', 'mobile', 'manuallyCreated', 'clientAuthMethod'])
    expect(nullable(propertiesOf('Client')).toSorted()).toEqual(
      clientMembers
        .split(' ')
        .filter((member) => !never.has(member))
        .toSorted(),
    )
    for (const part of Object.values(propertiesOf('Mobile'))) {
      const leaves = at(part, 'properties')
      expect(admitsNull(part)).toBe(false)
      expect(isRecord(leaves) && nullable(leaves)).toEqual(isRecord(leaves) && Object.keys(leaves))
    }
  })

  test('null means "leave as it is": every field of a PATCH may be null, at any depth', () => {
    const everywhere = (properties: Node): string[] => {
      const inside = Object.values(properties).flatMap(alternatives)
      return Object.keys(properties)
        .filter((name) => !admitsNull(properties[name]))
        .concat(inside.flatMap((one) => (isRecord(one['properties']) ? everywhere(one['properties']) : [])))
    }
    expect(everywhere(propertiesOf('ClientPatch'))).toEqual([])
  })

  test('no member of a problem is null', () => {
    expect(nullable(propertiesOf('Problem'))).toEqual([])
  })
})

describe.skipIf(servers === null)('what is answered', () => {
  let stack: Stack
  let bare: string
  let full: string
  let change: string
  beforeAll(async () => {
    stack = await startStack()
    bare = stack.simulator.seed({ name: 'Bare', client_metadata: { owners: '["auth0|tester"]' } })
    full = stack.simulator.seed({
      name: 'Full',
      app_type: 'native',
      logo_uri: 'https://example.com/logo.png',
      grant_types: ['authorization_code', 'refresh_token'],
      callbacks: ['https://example.com/callback'],
      allowed_logout_urls: ['https://example.com/'],
      web_origins: ['https://example.com'],
      allowed_origins: ['https://example.com'],
      cross_origin_authentication: true,
      token_endpoint_auth_method: 'none',
      jwt_configuration: { lifetime_in_seconds: 36_000 },
      refresh_token: {
        rotation_type: 'rotating',
        expiration_type: 'expiring',
        leeway: 0,
        token_lifetime: 2_592_000,
        idle_token_lifetime: 1_296_000,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
      },
      mobile: {
        ios: { team_id: '9JA89QQLNQ', app_bundle_identifier: 'com.example.app' },
        android: { app_package_name: 'com.example.app', sha256_cert_fingerprints: ['DE:AD:BE:EF'] },
      },
      client_metadata: {
        owners: '["auth0|tester"]',
        product_name: 'Shop',
        application_name: 'Shop for customers',
        client_upn_key: 'upn',
      },
    })
    const changed = await ask('PATCH', `/v1/tenants/acme/clients/${bare}`, { applicationName: 'Named' })
    change = changed.headers.get('nexus-change') ?? ''
  })
  afterAll(() => stack.close())

  const ask = async (method: string, path: string, body?: unknown) =>
    read(
      await stack.request(path, {
        method,
        as: stack.token({
          permissions: [
            'client.write.all',
            'tenant.admin',
            'terraform.read',
            'terraform.state',
            'terraform.adopt',
            'audit.read',
          ],
        }),
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      }),
    )

  const client = '/v1/tenants/{tenantId}/clients/{clientId}'
  const tenant = '/v1/tenants/{tenantId}'
  test.each<{ ask: string; status: number; body?: unknown; of?: ' of full' | ' of none' }>([
    { ask: `GET ${client}`, status: 200 },
    { ask: `GET ${client}`, status: 200, of: ' of full' },
    { ask: `GET ${client}`, status: 404, of: ' of none' },
    { ask: `PATCH ${client}`, status: 200, body: { productName: 'Shop' } },
    { ask: `PATCH ${client}`, status: 200, body: { owners: null, mobile: { ios: null } } },
    { ask: `PATCH ${client}`, status: 400, body: { owners: 'ann' } },
    { ask: `PATCH ${client}`, status: 422, body: { callbackUrls: ['javascript:alert(1)'] } },
    { ask: `GET ${client}/sync`, status: 200 },
    { ask: `GET ${client}/sync`, status: 200, of: ' of full' },
    { ask: `GET ${client}/changes`, status: 200 },
    { ask: `GET ${tenant}/changes/{changeId}`, status: 200 },
    { ask: `GET ${tenant}/clients`, status: 200 },
    { ask: `GET ${tenant}`, status: 200 },
    { ask: 'GET /v1/tenants', status: 200 },
    { ask: `GET ${tenant}/plan`, status: 200 },
    { ask: `GET ${tenant}/drift`, status: 200 },
    { ask: `GET ${tenant}/audit`, status: 200 },
    { ask: `GET ${tenant}/terraform/states`, status: 200 },
    { ask: 'GET /v1/whoami', status: 200 },
    { ask: 'GET /v1/admin/applications', status: 200 },
    { ask: 'POST /v1/admin/applications', status: 201, body: { name: 'one', tenants: ['acme'], permissions: [] } },
    { ask: 'GET /v1/admin/applications', status: 200 },
    { ask: 'POST /v1/admin/accounts', status: 201, body: { name: 'two', tenants: ['acme'], permissions: [] } },
    { ask: 'GET /v1/admin/accounts', status: 200 },
    { ask: 'GET /readyz', status: 200 },
  ])('$ask $status$of: null only where the document says so, and nothing that it does not name', async (row) => {
    const [method = '', template = ''] = row.ask.split(' ')
    const of = { ' of full': full, ' of none': 'no-such-client', '': bare }[row.of ?? '']
    const path = template.replace('{tenantId}', 'acme').replace('{clientId}', of).replace('{changeId}', change)
    const answer = await ask(method, path, row.body)
    expect(answer).toMatchObject({ status: row.status })
    const content = at(document, 'paths', template, method.toLowerCase(), 'responses', String(row.status))
    const [media] = (answer.headers.get('content-type') ?? '').split(';')
    const schema = at(followed(content), 'content', media ?? '', 'schema')
    expect(schema, 'documented').toBeDefined()
    expect(misfits(answer.body, schema)).toEqual([])
  })

  test('of a client that has everything nothing is null but the secret, which nobody asked for', async () => {
    const { body } = await ask('GET', `/v1/tenants/acme/clients/${full}`)
    expect(Object.keys(body).filter((name) => body[name] === null)).toEqual(['secret'])
  })
})

/** A response that is told in one place. */
const followed = (response: unknown): unknown => {
  const reference = at(response, '$ref')
  return typeof reference === 'string' ? at(document, ...reference.split('/').slice(1)) : response
}
