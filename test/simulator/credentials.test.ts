import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { textOf, type JsonObject } from '../../simulator/json.ts'
import { withClient, type Call } from './support.ts'

const pem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).publicKey

// Made with openssl for this test; it expires in 2126.
const shopCertificate = `-----BEGIN CERTIFICATE-----
MIICNTCCAdugAwIBAgIUM1Oc7kkycgzkrxAQEKtohcfqQqgwCgYIKoZIzj0EAwIw
bzELMAkGA1UEBhMCQ0gxDzANBgNVBAgMBlp1cmljaDEPMA0GA1UEBwwGWnVyaWNo
MRMwEQYDVQQKDApBY21lLCBJbmMuMQ4wDAYDVQQLDAVTaG9wczEZMBcGA1UEAwwQ
c2hvcC5leGFtcGxlLmNvbTAgFw0yNjExMjUxNzExMjNaGA8yMTI2MTEwMTE3MTEy
M1owbzELMAkGA1UEBhMCQ0gxDzANBgNVBAgMBlp1cmljaDEPMA0GA1UEBwwGWnVy
aWNoMRMwEQYDVQQKDApBY21lLCBJbmMuMQ4wDAYDVQQLDAVTaG9wczEZMBcGA1UE
AwwQc2hvcC5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE14
Yg9Eos6Yh3+Oo5TtJL1UUu/co3PcE5xiq9mcaviglDClZNzxyoFzxNCkq/U2Tpyb
lqF/682pkwx38ZRTErmjUzBRMB0GA1UdDgQWBBRyKlrOSUZFt7gCPJMzmC06to9E
ZjAfBgNVHSMEGDAWgBRyKlrOSUZFt7gCPJMzmC06to9EZjAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDXmNqBB3oe2KZFKa7Csj24YxjAYakBjj2o
lscSpviL5QIgB9pOqDARtGrQiYuorlnF8dDpI1FJHc++xbDZVb7Mhss=
-----END CERTIFICATE-----
`

const list = async (api: Call, path: string): Promise<JsonObject[]> =>
  (await api('GET', `${path}/credentials?include_totals=true`)).rows

describe('credentials', () => {
  test('live and die with their client, newest first', async () => {
    const { api, path } = await withClient()
    expect(await list(api, path)).toEqual([])
    const first = await api('POST', `${path}/credentials`, {
      credential_type: 'public_key',
      name: 'first',
      pem: pem(),
      expires_at: '2095-05-13T09:33:13Z',
    })
    expect(first).toMatchObject({
      status: 201,
      body: { credential_type: 'public_key', alg: 'RS256', name: 'first', expires_at: '2095-05-13T09:33:13.000Z' },
    })
    expect(first.body['id']).toMatch(/^cred_\w{22}$/)
    expect(first.body['kid']).toMatch(/^[\w-]{43}$/)
    expect(first.text).not.toContain('BEGIN')
    const second = await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem: pem(), alg: 'PS256' })
    expect(await list(api, path)).toEqual([second.body, first.body])

    const one = `${path}/credentials/${textOf(first.body['id'])}`
    expect((await api('GET', one)).body).toEqual(first.body)
    expect((await api('PATCH', one, { expires_at: '2096-01-01T00:00:00Z' })).body).toMatchObject({
      ...first.body,
      updated_at: expect.any(String),
      expires_at: '2096-01-01T00:00:00.000Z',
    })
    expect((await api('PATCH', one, { expires_at: null })).body).not.toHaveProperty('expires_at')
    expect((await api('DELETE', one)).status).toBe(204)
    expect((await api('GET', one)).status).toBe(404)
    expect(await list(api, path)).toEqual([second.body])
  })

  test('one key has one kid', async () => {
    const { api, path } = await withClient()
    const key = pem()
    const kids = await Promise.all(
      [1, 2].map(
        async () => (await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem: key })).body['kid'],
      ),
    )
    expect(kids[0]).toBe(kids[1])
  })

  test.each([
    { reason: 'no key at all', sent: { credential_type: 'public_key', pem: 'none' } },
    { reason: 'a key where a certificate is needed', sent: { credential_type: 'x509_cert', pem: pem() } },
    { reason: 'an unknown kind', sent: { credential_type: 'password' } },
    { reason: 'an unknown member', sent: { credential_type: 'public_key', pem: pem(), colour: 'red' } },
  ])('refuses $reason', async ({ sent }) => {
    const { api, path } = await withClient()
    expect((await api('POST', `${path}/credentials`, sent)).status).toBe(400)
    expect(await list(api, path)).toEqual([])
  })

  test('the secret is hidden while credentials authenticate, and back afterwards', async () => {
    const { api, path } = await withClient({ token_endpoint_auth_method: 'client_secret_post' })
    const { body: before } = await api('GET', path)
    const { body: credential } = await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem: pem() })
    const methods = { private_key_jwt: { credentials: [{ id: credential['id'] ?? '' }] } }
    const switched = await api('PATCH', path, {
      client_authentication_methods: methods,
      token_endpoint_auth_method: null,
    })
    expect(switched.body).toMatchObject({ client_authentication_methods: methods })
    expect(switched.body).not.toHaveProperty('client_secret')
    expect(switched.body).not.toHaveProperty('token_endpoint_auth_method')
    const back = await api('PATCH', path, {
      client_authentication_methods: null,
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(back.body['client_secret']).toBe(before['client_secret'])
  })

  test('whether requests must be signed leaves the credentials that sign them', async () => {
    const { api, path } = await withClient()
    const { body } = await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem: pem() })
    const credentials = [{ id: body['id'] ?? '' }]
    await api('PATCH', path, { signed_request_object: { required: true, credentials } })
    expect((await api('PATCH', path, { signed_request_object: { required: false } })).body).toMatchObject({
      signed_request_object: { required: false, credentials },
    })
  })

  test('one method to authenticate takes the place of another', async () => {
    const { api, path } = await withClient()
    await api('PATCH', path, { client_authentication_methods: { private_key_jwt: { credentials: [] } } })
    const other = { client_authentication_methods: { tls_client_auth: { credentials: [] } } }
    const { body } = await api('PATCH', path, other)
    expect(body['client_authentication_methods']).toEqual(other.client_authentication_methods)
  })

  test('the subject of a certificate comes in its order, one attribute a line', async () => {
    const { api, path } = await withClient()
    const sent = { credential_type: 'cert_subject_dn', name: 'shop', pem: shopCertificate }
    expect(await api('POST', `${path}/credentials`, sent)).toMatchObject({
      status: 201,
      body: {
        credential_type: 'cert_subject_dn',
        name: 'shop',
        subject_dn: 'C=CH\nST=Zurich\nL=Zurich\nO=Acme\\, Inc.\nOU=Shops\nCN=shop.example.com',
      },
    })
  })

  const attachments: { reason: string; attached: (id: string) => JsonObject; detached: JsonObject }[] = [
    {
      reason: 'to authenticate with',
      attached: (id) => ({ client_authentication_methods: { private_key_jwt: { credentials: [{ id }] } } }),
      detached: { client_authentication_methods: { private_key_jwt: { credentials: [] } } },
    },
    {
      reason: 'to sign requests with',
      attached: (id) => ({ signed_request_object: { required: true, credentials: [{ id }] } }),
      detached: { signed_request_object: null },
    },
  ]

  test.each(attachments)(
    'one $reason cannot be deleted before it is taken off the client',
    async ({ attached, detached }) => {
      const { api, path } = await withClient()
      const { body } = await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem: pem() })
      const one = `${path}/credentials/${textOf(body['id'])}`
      await api('PATCH', path, attached(textOf(body['id'])))
      expect((await api('DELETE', one)).status).toBe(400)
      expect((await api('GET', one)).status).toBe(200)
      expect((await api('PATCH', path, detached)).status).toBe(200)
      expect((await api('DELETE', one)).status).toBe(204)
    },
  )

  test('a client with private_key_jwt has no secret to rotate', async () => {
    const { api, simulator, id, path } = await withClient()
    const before = simulator.clients.get(id)?.['client_secret']
    await api('PATCH', path, { client_authentication_methods: { private_key_jwt: { credentials: [] } } })
    expect((await api('POST', `${path}/rotate-secret`)).status).toBe(400)
    expect(simulator.clients.get(id)?.['client_secret']).toBe(before)
  })

  test('a rotated secret is another one', async () => {
    const { api, path } = await withClient()
    const { body: before } = await api('GET', path)
    const rotated = await api('POST', `${path}/rotate-secret`)
    expect(rotated.status).toBe(200)
    expect(rotated.body['client_secret']).not.toBe(before['client_secret'])
    expect((await api('GET', path)).body['client_secret']).toBe(rotated.body['client_secret'])
  })
})
