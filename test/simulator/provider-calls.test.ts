import { generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { textOf, type Json, type JsonObject } from '../../simulator/json.ts'
import type { Simulator } from '../../simulator/main.ts'
import { management, simulated } from './support.ts'

// What the real Auth0 provider 1.38 calls, in its order, as recordings of its tests have it: over https, by the CA that the
// simulator writes, on connections that are kept.

type Answer = { status: number; body: JsonObject; rows: JsonObject[]; text: string }
type Provider = (method: string, path: string, body?: Json) => Promise<Answer>

const object = z.record(z.string(), z.json())

/** One call as Go's client makes it: a content type only where there is a body. */
const send = (
  agent: Agent,
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { 'accept-encoding': 'gzip', ...headers } }, (answer) => {
      answer.setEncoding('utf8')
      let text = ''
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          text,
          body: text.startsWith('{') ? object.parse(JSON.parse(text)) : {},
          rows: text.startsWith('[') ? z.array(object).parse(JSON.parse(text)) : [],
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** The provider, configured: it asks for one token, by Basic and a form, as Go's oauth2 tries first. */
const configured = async (simulator: Simulator): Promise<Provider> => {
  const agent = new Agent({ keepAlive: true, ca: await readFile(simulator.caFile ?? '', 'utf8') })
  onTestFinished(() => agent.destroy())
  const { clientId, clientSecret } = simulator.credential
  const base = `https://${simulator.domain}`
  const { body: token } = await send(
    agent,
    `${base}/oauth/token`,
    'POST',
    {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    new URLSearchParams({ grant_type: 'client_credentials', audience: `${base}/api/v2/` }).toString(),
  )
  const headers = { authorization: `Bearer ${textOf(token['access_token'])}` }
  return (method, path, body) =>
    body === undefined
      ? send(agent, `${base}/api/v2${path}`, method, headers)
      : send(
          agent,
          `${base}/api/v2${path}`,
          method,
          { ...headers, 'content-type': 'application/json' },
          JSON.stringify(body),
        )
}

const started = async (): Promise<{ simulator: Simulator; provider: Provider }> => {
  const simulator = await simulated({ https: true, clients: 3 })
  return { simulator, provider: await configured(simulator) }
}

/** auth0_client, created: POST, then GET. Answers the client's path. */
const created = async (provider: Provider, sent: JsonObject): Promise<string> => {
  const { status, body } = await provider('POST', '/clients', sent)
  expect(status).toBe(201)
  const path = `/clients/${textOf(body['client_id'])}`
  expect((await provider('GET', path)).body).toMatchObject(sent)
  return path
}

/** A refresh reads each client once; when it reads what it read before, the plan is empty. */
const refreshed = async (provider: Provider, path: string): Promise<string> => (await provider('GET', path)).text

const pem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).publicKey

/** What makes a client authenticate with these credentials. */
const use = (...ids: string[]): JsonObject => ({
  client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
  token_endpoint_auth_method: null,
})

describe('auth0_client', () => {
  test('lives: create, plan, update, plan, destroy', async () => {
    const { provider } = await started()
    const path = await created(provider, { name: 'Billing', app_type: 'regular_web' })
    const first = await refreshed(provider, path)
    expect(await refreshed(provider, path)).toBe(first)

    const change = {
      name: 'Billing',
      app_type: 'regular_web',
      description: 'Bills',
      callbacks: ['https://b.example.com/cb', 'https://a.example.com/cb'],
      client_metadata: { product_name: 'Billing' },
    }
    expect(await provider('PATCH', path, change)).toMatchObject({ status: 200, body: change })
    const second = await refreshed(provider, path)
    expect(second).not.toBe(first)
    expect(await refreshed(provider, path)).toBe(second)

    expect(await provider('DELETE', path)).toMatchObject({ status: 204, text: '' })
    // What the provider takes for "destroyed".
    expect(await provider('GET', path)).toMatchObject({ status: 404, body: { statusCode: 404 } })
  })

  test('is adopted: import reads, and what Nexus changes at http is what the next refresh finds', async () => {
    const { simulator, provider } = await started()
    const path = `/clients/${simulator.clients.all()[0]?.client_id}`
    const imported = await provider('GET', path)
    expect(imported.status).toBe(200)

    const nexus = await management({ ...simulator, url: simulator.httpUrl })
    await nexus('PATCH', path, { callbacks: ['https://new.example.com/cb'] })
    const { body } = await provider('GET', path)
    expect(body).toEqual({ ...imported.body, callbacks: ['https://new.example.com/cb'] })
  })

  test('that vanished is told by a 404, not by an error', async () => {
    const { provider } = await started()
    expect(await provider('GET', '/clients/gone')).toMatchObject({
      status: 404,
      body: { statusCode: 404, error: 'Not Found', message: 'The client does not exist' },
    })
  })
})

describe('auth0_client_credentials', () => {
  test.each(['none', 'client_secret_post', 'client_secret_basic'])('authentication_method %s', async (method) => {
    const { provider } = await started()
    const path = await created(provider, { name: 'Shop', app_type: 'regular_web' })
    expect((await provider('GET', `${path}?fields=client_id&include_fields=true`)).body).toHaveProperty('client_id')
    expect((await provider('PATCH', path, { token_endpoint_auth_method: method })).status).toBe(200)
    const read = await refreshed(provider, path)
    expect(JSON.parse(read)).toMatchObject({
      token_endpoint_auth_method: method,
      client_secret: expect.any(String) as unknown,
    })
    expect(await refreshed(provider, path)).toBe(read)
    // A destroy puts the default back.
    expect((await provider('GET', `${path}?fields=client_id,app_type&include_fields=true`)).body).toMatchObject({
      app_type: 'regular_web',
    })
    expect((await provider('GET', `${path}/credentials?include_totals=true&per_page=50`)).rows).toEqual([])
    expect((await provider('PATCH', path, { token_endpoint_auth_method: 'client_secret_post' })).status).toBe(200)
  })

  test('client_secret of the configuration', async () => {
    const { provider } = await started()
    const path = await created(provider, { name: 'Shop', token_endpoint_auth_method: 'client_secret_post' })
    const client_secret = 'chosen-by-the-configuration-chosen-by-the-configuration'
    await provider('PATCH', path, { client_secret })
    expect(JSON.parse(await refreshed(provider, path))).toMatchObject({ client_secret })
  })

  test('private_key_jwt: create, refresh, replace the key, destroy', async () => {
    const { provider } = await started()
    const path = await created(provider, { name: 'Shop', app_type: 'non_interactive' })
    const add = async (name: string): Promise<string> => {
      const { status, body } = await provider('POST', `${path}/credentials`, {
        name,
        credential_type: 'public_key',
        pem: pem(),
        alg: 'RS256',
        parse_expiry_from_cert: false,
        expires_at: '2096-05-13T09:33:13Z',
      })
      expect(status).toBe(201)
      return textOf(body['id'])
    }

    expect((await provider('GET', `${path}?fields=client_id&include_fields=true`)).status).toBe(200)
    const a = await add('A')
    await provider('GET', `${path}?fields=client_id,app_type&include_fields=true`)
    expect((await provider('PATCH', path, use(a))).status).toBe(200)

    const refresh = async (id: string): Promise<string> =>
      (await refreshed(provider, path)) + (await refreshed(provider, `${path}/credentials/${id}`))
    const read = await refresh(a)
    expect(read).toContain('"expires_at":"2096-05-13T09:33:13.000Z"')
    expect(read).not.toContain('client_secret')
    expect(await refresh(a)).toBe(read)

    await provider('PATCH', path, use())
    expect((await provider('DELETE', `${path}/credentials/${a}`)).status).toBe(204)
    const b = await add('B')
    expect((await provider('PATCH', path, use(b))).body).toMatchObject({
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: b }] } },
    })

    const { rows } = await provider('GET', `${path}/credentials?include_totals=true&per_page=50`)
    expect(rows.map(({ id }) => id)).toEqual([b])
    const back = { client_authentication_methods: null, signed_request_object: null }
    await provider('PATCH', path, { ...back, token_endpoint_auth_method: 'client_secret_post' })
    expect((await provider('DELETE', `${path}/credentials/${b}`)).status).toBe(204)
    expect(JSON.parse(await refreshed(provider, path))).toMatchObject({ client_secret: expect.any(String) as unknown })
  })
})

describe('data.auth0_client', () => {
  test('by id and by name', async () => {
    const { simulator, provider } = await started()
    const [one] = simulator.clients.all()
    expect((await provider('GET', `/clients/${one?.client_id}`)).body).toMatchObject({ name: one?.['name'] })
    const { body } = await provider('GET', '/clients?include_totals=true&page=0&per_page=100')
    expect(body).toMatchObject({ start: 0, limit: 100, total: simulator.clients.all().length })
    expect(JSON.stringify(body['clients'])).toContain(textOf(one?.['name']))
  })

  test('of the global client', async () => {
    const { provider } = await started()
    const query = 'fields=client_id&include_fields=true&include_totals=true&is_global=true&per_page=50'
    const { body } = await provider('GET', `/clients?${query}`)
    expect(body).toMatchObject({ total: 1, clients: [{ client_id: expect.any(String) as unknown }] })
  })
})
