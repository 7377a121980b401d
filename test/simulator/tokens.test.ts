import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { textOf } from '../../simulator/json.ts'
import { askToken, call, management, membersOf, simulated, tokenOf } from './support.ts'

describe('the token endpoint', () => {
  test('issues tokens for the Management API, signed by the tenant', async () => {
    const simulator = await simulated({ tokenSeconds: 60 })
    const answer = await askToken(simulator)
    expect(answer.status).toBe(200)
    const body = await membersOf(answer)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 60 })
    expect(textOf(body['scope']).split(' ')).toContain('update:clients')
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(textOf(body['access_token']), keys, {
      issuer: simulator.issuer,
      audience: `https://${simulator.domain}/api/v2/`,
    })
    expect(payload).toMatchObject({ sub: `${simulator.credential.clientId}@clients`, gty: 'client-credentials' })
  })

  test('takes forms and Basic as well', async () => {
    const simulator = await simulated()
    const { clientId, clientSecret } = simulator.credential
    const members = { grant_type: 'client_credentials', audience: `http://${simulator.domain}/api/v2/` }
    const form = await fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...members, client_id: clientId, client_secret: clientSecret }),
    })
    const basic = await fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams(members),
    })
    expect([form.status, basic.status]).toEqual([200, 200])
  })

  test.each([
    { reason: 'a wrong secret', instead: { client_secret: 'x' }, status: 401, error: 'access_denied' },
    { reason: 'another client', instead: { client_id: 'x' }, status: 401, error: 'access_denied' },
    { reason: 'another grant', instead: { grant_type: 'password' }, status: 403, error: 'unsupported_grant_type' },
    { reason: 'another audience', instead: { audience: 'https://elsewhere/' }, status: 403, error: 'access_denied' },
  ])('refuses $reason', async ({ instead, status, error }) => {
    const answer = await askToken(await simulated(), instead)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error, error_description: expect.any(String) })
  })

  test('refuses the old secret once it was rotated', async () => {
    const simulator = await simulated()
    const api = await management(simulator)
    const { body } = await api('POST', `/clients/${simulator.credential.clientId}/rotate-secret`)
    expect((await askToken(simulator)).status).toBe(401)
    expect((await askToken(simulator, { client_secret: textOf(body['client_secret']) })).status).toBe(200)
  })
})

describe('the Management API refuses', () => {
  test.each([
    { reason: 'an invented token', header: 'Bearer x', message: 'Invalid token' },
    { reason: 'no token', header: '', message: 'Missing authentication' },
  ])('$reason', async ({ header, message }) => {
    const simulator = await simulated()
    const answer = await fetch(
      `${simulator.url}/api/v2/clients`,
      header === '' ? {} : { headers: { authorization: header } },
    )
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ statusCode: 401, error: 'Unauthorized', message })
  })

  test('an expired token', async () => {
    const simulator = await simulated({ tokenSeconds: 0 })
    const answer = await call(simulator.url, await tokenOf(simulator), 'GET', '/api/v2/clients')
    expect(answer).toMatchObject({ status: 401, body: { error: 'Unauthorized' } })
  })

  test('a user token, and the token of another tenant', async () => {
    const [one, other] = [await simulated(), await simulated()]
    for (const token of [one.issueUserToken({ sub: 'auth0|1' }), await tokenOf(other)])
      expect((await call(one.url, token, 'GET', '/api/v2/clients')).status).toBe(401)
  })
})

describe('demo users', () => {
  test('get tokens that the published keys verify', async () => {
    const simulator = await simulated()
    const found = await fetch(`${simulator.url}/.well-known/openid-configuration`)
    const { issuer, jwks_uri: uri } = await membersOf(found)
    expect(issuer).toBe(`${simulator.url}/`)
    const token = simulator.issueUserToken({
      sub: 'auth0|ada',
      permissions: ['client.write'],
      roles: ['billing'],
      products: ['shop'],
      team: 'a',
    })
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(textOf(uri))), {
      issuer: simulator.issuer,
      audience: 'urn:nexus',
    })
    expect(payload).toMatchObject({
      sub: 'auth0|ada',
      permissions: ['client.write'],
      'https://nexus.example/roles': ['billing'],
      'https://nexus.example/products': ['shop'],
      team: 'a',
    })
  })

  test('get them over http too, with lists as text', async () => {
    const simulator = await simulated()
    const { status, body } = await call(simulator.url, '', 'POST', '/_simulator/token', {
      sub: 'auth0|ada',
      permissions: 'client.read client.write',
      audience: 'urn:other',
      expires_in: 5,
    })
    expect({ status, body }).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 5 } })
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`))
    const { payload } = await jwtVerify(textOf(body['access_token']), keys, { audience: 'urn:other' })
    expect(payload['permissions']).toEqual(['client.read', 'client.write'])
  })

  test('can get an expired one', async () => {
    const simulator = await simulated()
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`))
    const token = simulator.issueUserToken({ sub: 'auth0|ada', expiresIn: -10 })
    await expect(jwtVerify(token, keys)).rejects.toThrow(/exp/)
  })

  test('need a subject', async () => {
    const simulator = await simulated()
    expect((await call(simulator.url, '', 'POST', '/_simulator/token', {})).status).toBe(400)
  })
})
