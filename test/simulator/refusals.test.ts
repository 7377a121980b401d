import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../simulator/json.ts'
import { management, simulated, withClient } from './support.ts'

const manyUrls = Array.from({ length: 101 }, (_, index) => `https://a.example.com/${index}`)

const rows: { reason: string; patch: JsonObject; says: string }[] = [
  { reason: 'at least one member', patch: {}, says: "'Too few properties defined (0), minimum 1'." },
  {
    reason: 'members that answers have are not patchable',
    patch: { client_id: 'x', tenant: 'y' },
    says: "'Additional properties not allowed: client_id,tenant'.",
  },
  {
    reason: 'a client is created as a resource server or never',
    patch: { resource_server_identifier: 'x' },
    says: "'Additional properties not allowed: resource_server_identifier'.",
  },
  {
    reason: 'a callback is a URL',
    patch: { callbacks: ['https://ok.example.com', 'foo'] },
    says: "'Object didn't pass validation for format callback-url: foo' on property callbacks[1] (",
  },
  {
    reason: 'a callback has no fragment',
    patch: { callbacks: ['https://a.example.com/#x'] },
    says: 'format callback-url',
  },
  {
    reason: 'scripts are no URLs',
    patch: { allowed_logout_urls: ['javascript:alert(1)'] },
    says: 'on property allowed_logout_urls[0]',
  },
  {
    reason: 'a hundred URLs a field',
    patch: { callbacks: manyUrls },
    says: "'Array is too long (101), maximum 100' on property callbacks",
  },
  {
    reason: 'null is not in the schema of lists',
    patch: { callbacks: null },
    says: "'Expected type array but found type null' on property callbacks",
  },
  {
    reason: 'null is not in the schema of texts',
    patch: { description: null },
    says: "'Expected type string but found type null' on property description",
  },
  {
    reason: 'a description has 140 characters',
    patch: { description: 'x'.repeat(141) },
    says: "'String is too long (141 chars), maximum 140' on property description",
  },
  {
    reason: 'a name has no angle brackets',
    patch: { name: 'a<b' },
    says: "'String does not match pattern ^[^<>]+$: a<b' on property name",
  },
  {
    reason: 'enumerations are closed',
    patch: { app_type: 'web' },
    says: "'No enum match for: web' on property app_type",
  },
  {
    reason: 'metadata values have 255 characters',
    patch: { client_metadata: { a: 'x'.repeat(256) } },
    says: "'String is too long (256 chars), maximum 255' on property client_metadata.a",
  },
  {
    reason: 'metadata keys have 255 characters',
    patch: { client_metadata: { ['x'.repeat(256)]: 'a' } },
    says: "'String is too long (256 chars), maximum 255' on property client_metadata",
  },
  {
    reason: 'metadata values are texts',
    patch: { client_metadata: { a: 1 } },
    says: "'Expected type string but found type integer' on property client_metadata.a",
  },
  {
    reason: 'a refresh token policy names its two kinds',
    patch: { refresh_token: { leeway: 1 } },
    says: "'Missing required property: rotation_type' on property refresh_token",
  },
  {
    reason: 'an Android part has a fingerprint, if any',
    patch: { mobile: { android: { sha256_cert_fingerprints: [] } } },
    says: "'Array is too short (0), minimum 1' on property mobile.android.sha256_cert_fingerprints",
  },
  {
    reason: 'the login URI is https',
    patch: { initiate_login_uri: 'http://a.example.com' },
    says: 'on property initiate_login_uri (Initiate login uri, must be https)',
  },
  {
    reason: 'both members of the default organization',
    patch: { default_organization: { flows: ['client_credentials'] } },
    says: "'Missing required property: organization_id' on property default_organization (Defines the default Organization ID and flows).",
  },
]

const accepted: { reason: string; patch: JsonObject }[] = [
  { reason: 'a wildcard in the leftmost label', patch: { callbacks: ['https://*.example.com/cb'] } },
  { reason: 'the organization in a host', patch: { callbacks: ['https://{organization_name}.example.com/cb'] } },
  { reason: 'a custom scheme', patch: { callbacks: ['com.example.app://callback'] } },
  { reason: 'any port of localhost', patch: { callbacks: ['http://localhost:*/cb'] } },
  {
    reason: 'an origin',
    patch: { web_origins: ['https://a.example.com'], allowed_origins: ['http://localhost:3000'] },
  },
]

describe('PATCH refuses', () => {
  test.each(rows)('$reason', async ({ patch, says }) => {
    const { api, path } = await withClient()
    const { status, body } = await api('PATCH', path, patch)
    expect({ status, ...body }).toMatchObject({
      status: 400,
      statusCode: 400,
      error: 'Bad Request',
      errorCode: 'invalid_body',
    })
    expect(body['message']).toContain('Payload validation error: ')
    expect(body['message']).toContain(says)
  })

  test.each(accepted)('not $reason', async ({ patch }) => {
    const { api, path } = await withClient()
    expect((await api('PATCH', path, patch)).status).toBe(200)
  })

  const strict = { is_first_party: false, third_party_security_mode: 'strict' }
  const together: { reason: string; before: JsonObject; patch: JsonObject; says: string }[] = [
    {
      reason: 'a secret and credentials at once',
      before: {},
      patch: {
        token_endpoint_auth_method: 'none',
        client_authentication_methods: { private_key_jwt: { credentials: [] } },
      },
      says: 'Exactly one of',
    },
    {
      reason: 'neither a secret nor credentials',
      before: {},
      patch: { token_endpoint_auth_method: null, client_authentication_methods: null },
      says: 'Exactly one of',
    },
    {
      reason: 'another kind while a native login is on',
      before: { app_type: 'native', native_social_login: { apple: { enabled: true } } },
      patch: { app_type: 'non_interactive' },
      says: 'app_type is native',
    },
    {
      reason: 'other rules for a third party that is there',
      before: strict,
      patch: { third_party_security_mode: 'permissive' },
      says: 'cannot be modified',
    },
    {
      reason: 'a third party that asks for an organization',
      before: { organization_usage: 'require' },
      patch: { is_first_party: false },
      says: 'must be unset',
    },
    { reason: 'a grant of old', before: strict, patch: { grant_types: ['implicit'] }, says: "'grant_types'" },
    { reason: 'what is not OIDC', before: strict, patch: { oidc_conformant: false }, says: "'oidc_conformant'" },
    {
      reason: 'a signature that the client could make',
      before: strict,
      patch: { jwt_configuration: { alg: 'HS256' } },
      says: "'jwt_configuration'",
    },
    {
      reason: 'refresh tokens for ever',
      before: strict,
      patch: { refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring' } },
      says: "'refresh_token'",
    },
  ]

  test.each(together)('$reason', async ({ before, patch, says }) => {
    const { api, path } = await withClient(before)
    const { status, body } = await api('PATCH', path, patch)
    expect({ status, errorCode: body['errorCode'] }).toEqual({ status: 400, errorCode: 'invalid_body' })
    expect(body['message']).toContain(says)
  })

  test('not another kind once the native logins are off', async () => {
    const { api, path } = await withClient({ app_type: 'native', native_social_login: { apple: { enabled: true } } })
    const patch = { app_type: 'non_interactive', native_social_login: { apple: { enabled: false } } }
    expect((await api('PATCH', path, patch)).status).toBe(200)
  })

  // The lengths are those of two bodies that a recorder destroyed but measured.
  test.each([
    { sent: { flows: ['client_credentials'] }, bytes: 232 },
    { sent: { organization_id: 'org_1' }, bytes: 222 },
  ])('with as many bytes as recorded: $bytes', async ({ sent, bytes }) => {
    const { api, path } = await withClient()
    expect((await api('PATCH', path, { default_organization: sent })).text).toHaveLength(bytes)
  })
})

describe('other refusals', () => {
  const others: { reason: string; method: string; path: string; body?: Json; status: number; answer: JsonObject }[] = [
    {
      reason: 'an unknown client',
      method: 'GET',
      path: '/clients/none',
      status: 404,
      answer: {
        statusCode: 404,
        error: 'Not Found',
        message: 'The client does not exist',
        errorCode: 'inexistent_client',
      },
    },
    {
      reason: 'a PATCH of an unknown client',
      method: 'PATCH',
      path: '/clients/none',
      body: { name: 'x' },
      status: 404,
      answer: { errorCode: 'inexistent_client' },
    },
    {
      reason: 'an unknown route',
      method: 'GET',
      path: '/nothing',
      status: 404,
      answer: { statusCode: 404, error: 'Not Found', message: 'Not Found' },
    },
    {
      reason: 'a client without a name',
      method: 'POST',
      path: '/clients',
      body: { app_type: 'spa' },
      status: 400,
      answer: { message: "Payload validation error: 'Missing required property: name'." },
    },
    {
      reason: 'a page too long',
      method: 'GET',
      path: '/clients?per_page=101',
      status: 400,
      answer: { errorCode: 'invalid_query_string' },
    },
    {
      reason: 'a body that is no object',
      method: 'PATCH',
      path: '/clients/none',
      body: [1],
      status: 400,
      answer: { errorCode: 'invalid_body' },
    },
  ]

  test.each(others)('$reason', async ({ method, path, body, status, answer }) => {
    const api = await management(await simulated())
    const reply = await api(method, path, body)
    expect(reply).toMatchObject({ status, body: answer })
  })

  test('deleting what is not there is no error', async () => {
    const api = await management(await simulated())
    expect(await api('DELETE', '/clients/none')).toMatchObject({ status: 204, text: '' })
  })
})
