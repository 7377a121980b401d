import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { textOf, type JsonObject } from '../../simulator/json.ts'
import { management, simulated } from './support.ts'

const agent = {
  client_name: 'Agent',
  redirect_uris: ['https://agent.example.com/callback'],
  logo_uri: 'https://agent.example.com/logo.png',
  grant_types: ['authorization_code', 'refresh_token', 'implicit'],
  tos_uri: 'https://agent.example.com/terms',
}

/** A document on a server of its own; what `serve` holds can be changed. */
const documentServer = async (document: JsonObject) => {
  const serve = { document, status: 200 }
  const server = createServer((_request, response) => {
    response.writeHead(serve.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(serve.document))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/client.json`
  Object.assign(serve, { document: { client_id: url, ...document } })
  return { url, serve }
}

describe('a client that describes itself', () => {
  test('is registered, shown, and brought up to date', async () => {
    const { url, serve } = await documentServer(agent)
    const api = await management(await simulated())
    const registered = await api('POST', '/clients/cimd/register', { external_client_id: url })
    expect(registered).toMatchObject({
      status: 201,
      body: {
        mapped_fields: { external_client_id: url, name: 'Agent', callbacks: agent.redirect_uris },
        validation: { valid: true, violations: [], warnings: ['tos_uri: is not supported and ignored'] },
      },
    })
    const id = textOf(registered.body['client_id'])
    const { body } = await api('GET', `/clients/${id}`)
    expect(body).toMatchObject({
      client_id: expect.stringMatching(/^tpc_/),
      name: 'Agent',
      is_first_party: false,
      third_party_security_mode: 'strict',
      external_client_id: url,
      external_metadata_type: 'cimd',
      external_metadata_created_by: 'admin',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 3600 },
      refresh_token: { expiration_type: 'expiring', infinite_idle_token_lifetime: false },
    })
    expect(body).not.toHaveProperty('client_secret')

    await api('PATCH', `/clients/${id}`, { description: 'Ours' })
    serve.document = { ...serve.document, client_name: 'Agent 2' }
    const again = await api('POST', '/clients/cimd/register', { external_client_id: url })
    expect({ status: again.status, id: again.body['client_id'] }).toEqual({ status: 200, id })
    expect((await api('GET', `/clients/${id}`)).body).toMatchObject({ name: 'Agent 2', description: 'Ours' })
    expect((await api('GET', `/clients?external_client_id=${encodeURIComponent(url)}`)).rows).toHaveLength(1)
  })

  test('can be looked at first, which creates nothing', async () => {
    const { url } = await documentServer(agent)
    const simulator = await simulated()
    const api = await management(simulator)
    const before = simulator.clients.all().length
    const preview = await api('POST', '/clients/cimd/preview', { external_client_id: url })
    expect(preview).toMatchObject({
      status: 200,
      body: { mapped_fields: { name: 'Agent' }, validation: { valid: true } },
    })
    expect(preview.body).not.toHaveProperty('client_id')
    expect(simulator.clients.all()).toHaveLength(before)
  })

  test('may have a key of its own in place of a secret', async () => {
    const { url } = await documentServer({
      ...agent,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://agent.example.com/keys.json',
    })
    const api = await management(await simulated())
    const { body } = await api('POST', '/clients/cimd/register', { external_client_id: url })
    const client = (await api('GET', `/clients/${textOf(body['client_id'])}`)).body
    expect(client).toMatchObject({ jwks_uri: 'https://agent.example.com/keys.json' })
    expect(client).not.toHaveProperty('token_endpoint_auth_method')
  })

  test('whose document is not there, is told by a look, and refused', async () => {
    const { url, serve } = await documentServer(agent)
    serve.status = 404
    const api = await management(await simulated())
    expect((await api('POST', '/clients/cimd/preview', { external_client_id: url })).body).toEqual({
      errors: ['The metadata document could not be fetched: status 404'],
    })
    expect((await api('POST', '/clients/cimd/register', { external_client_id: url })).status).toBe(400)
  })

  test.each([
    { reason: 'names another address', change: { client_id: 'https://other.example.com/client.json' } },
    { reason: 'has no name', change: { client_name: '' } },
    { reason: 'has no callbacks', change: { redirect_uris: [] } },
    { reason: 'is too large', change: { client_name: 'x'.repeat(6000) } },
  ])('is refused where its document $reason', async ({ change }) => {
    const { url } = await documentServer({ ...agent, ...change })
    const simulator = await simulated()
    const before = simulator.clients.all().length
    const api = await management(simulator)
    expect((await api('POST', '/clients/cimd/register', { external_client_id: url })).status).toBe(400)
    expect(simulator.clients.all()).toHaveLength(before)
  })

  test.each([
    'no address',
    'http://agent.example.com/client.json',
    'https://agent.example.com',
    'https://a.example/c#d',
  ])('is not looked for at %s', async (url) => {
    const api = await management(await simulated())
    expect(await api('POST', '/clients/cimd/preview', { external_client_id: url })).toMatchObject({
      status: 400,
      body: { errorCode: 'invalid_body' },
    })
  })
})
