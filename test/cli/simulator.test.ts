import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { loadConfiguration } from '../../adapters/config/load.ts'
import { createHttp } from '../../adapters/http/http.ts'
import { createAuthenticator } from '../../adapters/credentials/authenticate.ts'
import { hashToken } from '../../adapters/credentials/application-tokens.ts'
import { emptyDirectory, nexus, startNexus } from './support.ts'

const Started = z.object({
  url: z.string(),
  domain: z.string(),
  issuer: z.string(),
  credential: z.object({ clientId: z.string(), clientSecret: z.string() }),
  caFile: z.string().nullable(),
  clients: z.number(),
  httpUrl: z.string(),
  environment: z.record(z.string(), z.string()).nullable(),
  users: z.array(z.object({ sub: z.string(), name: z.string() })),
})

const startSimulator = async (...flags: readonly string[]) => {
  const running = await startNexus(['simulator', '--port', '0', '--json', ...flags])
  return { ...Started.parse(JSON.parse(running.firstLine)), end: running.end }
}

describe('simulator', () => {
  test('says where it is, answers there, and ends with 0 when it is told to', async () => {
    const { url, credential, clients, end } = await startSimulator('--clients', '5')
    const response = await fetch(new URL('/oauth/token', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: credential.clientId,
        client_secret: credential.clientSecret,
        audience: `${url}/api/v2/`,
      }),
    })
    expect(response.status).toBe(200)
    expect(clients).toBe(5)
    expect(await end('SIGTERM')).toBe(0)
  })

  test('prints what a configuration needs', async () => {
    const { firstLine, end } = await startNexus(['simulator', '--port', '0'])
    expect(firstLine).toMatch(/^A stand-in Auth0 tenant runs at http:\/\/127\.0\.0\.1:\d+/)
    expect(await end('SIGINT')).toBe(0)
  })

  test('with --https says what the Terraform provider and the deploy CLI need, and stays at http for Nexus', async () => {
    const caFile = join(emptyDirectory(), 'ca.pem')
    const { url, httpUrl, domain, credential, environment } = await startSimulator('--ca-file', caFile)
    expect([url, httpUrl]).toEqual([`https://${domain}`, `http://${domain}`])
    expect(environment).toEqual({
      AUTH0_DOMAIN: domain,
      AUTH0_CLIENT_ID: credential.clientId,
      AUTH0_CLIENT_SECRET: credential.clientSecret,
      SSL_CERT_FILE: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
    })
    expect((await fetch(new URL('/.well-known/jwks.json', httpUrl))).status).toBe(200)
  })

  test('without it they have nothing to connect to', async () => {
    expect((await startSimulator()).environment).toBeNull()
  })

  test('takes faults', async () => {
    const { url } = await startSimulator('--fault', 'latencyMs=[1,2]', '--fault', 'methods=["PATCH"]')
    const faults: unknown = await (await fetch(new URL('/_simulator/faults', url))).json()
    expect(faults).toMatchObject({ latencyMs: [1, 2], methods: ['PATCH'] })
  })

  test('is filled from an export, and tells what it left out', async () => {
    const directory = emptyDirectory()
    const file = join(directory, 'tenant.yaml')
    mkdirSync(join(directory, 'clients'))
    writeFileSync(join(directory, 'clients', 'Shop.html'), '<p>Sign in</p>')
    writeFileSync(
      file,
      `roles: []
clients:
  - { name: Shop, client_id: legacy.shop.web, callbacks: @@URLS@@, custom_login_page: ./Shop.html }
`,
    )
    const { url } = await startSimulator('--seed', file)
    const client: unknown = await (await fetch(new URL('/_simulator/clients/legacy.shop.web', url))).json()
    expect(client).toMatchObject({ name: 'Shop', is_first_party: true, custom_login_page: '<p>Sign in</p>' })
    expect(client).not.toHaveProperty('callbacks')
  })

  test('has users to sign in as, and those of a file where it names some', async () => {
    const { users } = await startSimulator()
    expect(users.map(({ name }) => name)).toEqual(['Ann', 'Bob', 'Cleo', 'Max', 'Olga', 'Otto', 'Ada'])
    const file = join(emptyDirectory(), 'tenant.yaml')
    writeFileSync(
      file,
      `clients: [{ name: Shop, client_id: shop, callbacks: ['http://127.0.0.1/callback'] }]
users: [{ sub: auth0|eve, name: Eve }]
`,
    )
    const seeded = await startSimulator('--seed', file)
    expect(seeded.users).toEqual([{ sub: 'auth0|eve', name: 'Eve' }])
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'shop',
      redirect_uri: 'http://127.0.0.1/callback',
    }).toString()
    const page = await fetch(new URL(`/authorize?${query}`, seeded.url))
    expect(await page.text()).toContain('<strong>Eve</strong>')
  })

  test.each([
    { reason: 'is not there', content: undefined, says: 'cannot be read (ENOENT)' },
    { reason: 'holds no clients', content: '{}', says: 'cannot be used:\nIt must be a list of clients' },
    { reason: 'holds what is no client', content: 'clients: [x]', says: 'clients[0]: is not an object' },
  ])('from a file that $reason, it does not start', async ({ content, says }) => {
    const file = join(emptyDirectory(), 'tenant.yaml')
    if (content !== undefined) writeFileSync(file, content)
    const { code, stderr } = await nexus(['simulator', '--port', '0', '--seed', file])
    expect([code, stderr]).toEqual([1, expect.stringContaining(says)])
  })

  test('of a port that is taken names the remedy', async () => {
    const { url } = await startSimulator()
    const { code, stderr } = await nexus(['simulator', '--port', new URL(url).port])
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^nexus: The port \d+ is taken\. Choose another with --port/),
    ])
  })
})

describe('token', () => {
  const wanted = [
    '--user',
    'auth0|ann',
    '--permission',
    'client.read',
    '--permission',
    'client.write',
    '--role',
    'a,b',
    '--product',
    'Billing',
    '--product',
    'Search',
  ] as const

  test('comes over https, by the CA that the simulator made', async () => {
    const caFile = join(emptyDirectory(), 'ca.pem')
    const { url, issuer } = await startSimulator('--ca-file', caFile)
    expect([url.startsWith('https://'), existsSync(caFile)]).toEqual([true, true])
    const { code, stdout, stderr } = await nexus(['token', '--simulator', url, '--ca', caFile, ...wanted])
    expect([code, stderr, stdout.split('\n').length]).toEqual([0, '', 2])
    const claims: unknown = JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({ iss: issuer, sub: 'auth0|ann', aud: 'urn:nexus' })
  })

  test('makes the caller that was asked for', async () => {
    const { url, issuer } = await startSimulator()
    const { stdout } = await nexus(['token', '--simulator', url, ...wanted])
    const file = join(emptyDirectory(), 'nexus.yaml')
    writeFileSync(
      file,
      `tenants: [{ id: acme, domain: acme.auth0.com, credential: { clientId: a, clientSecret: b } }]
issuers: [{ issuer: "${issuer}", audience: urn:nexus, allowInsecure: true, tenants: "*" }]
applicationTokens: { tokens: [{ name: portal, sha256: ${hashToken('app')}, tenants: "*" }] }`,
    )
    const authenticate = createAuthenticator(createHttp({}), loadConfiguration({ file, env: {} }))
    const caller = await authenticate({ authorization: `Bearer ${stdout.trim()}`, applicationToken: 'app' })
    expect(caller).toMatchObject({
      id: 'auth0|ann',
      permissions: new Set(['client.read', 'client.write']),
      roles: ['a,b'],
      products: ['Billing', 'Search'],
    })
  })

  test('for a pipeline, with its own audience and lifetime', async () => {
    const { url } = await startSimulator()
    const { stdout } = await nexus([
      'token',
      '--simulator',
      url,
      '--user',
      'x',
      '--audience',
      'urn:y',
      '--expires-in',
      '-5',
      '--json',
    ])
    const answer = z.object({ access_token: z.string(), token_type: z.literal('Bearer') }).parse(JSON.parse(stdout))
    const claims: unknown = JSON.parse(Buffer.from(answer.access_token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims).toMatchObject({
      aud: 'urn:y',
      exp: expect.toSatisfy((exp: number) => exp < Date.now() / 1000) as unknown,
    })
  })

  test('where no simulator is, names the remedy', async () => {
    const { code, stderr } = await nexus(['token', '--simulator', 'http://127.0.0.1:1', '--user', 'x'])
    expect([code, stderr]).toEqual([75, expect.stringContaining('Start one: nexus simulator')])
  })

  test('of a simulator whose CA is not trusted names the remedy', async () => {
    const { url } = await startSimulator('--https')
    const { code, stderr } = await nexus(['token', '--simulator', url, '--user', 'x'])
    expect([code, stderr]).toEqual([64, expect.stringContaining('--ca')])
  })

  test('of a server that is something else says so', async () => {
    const server = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const { code, stderr } = await nexus(['token', '--simulator', url, '--user', 'x'])
    expect([code, stderr]).toEqual([64, expect.stringContaining('is not a simulator of Nexus')])
  })
})
