import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:http'
import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose'
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

  test.each(['%zz', 'no colon', 'a:b:c'])('refuses the Basic credential %j', async (credential) => {
    const simulator = await simulated()
    const answer = await fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(credential).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        audience: `https://${simulator.domain}/api/v2/`,
      }),
    })
    expect(answer.status).toBe(401)
  })

  test('knows its tenant by the name that the caller has for it', async () => {
    const simulator = await simulated()
    const { clientId, clientSecret } = simulator.credential
    const ask = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const sent = request(`${simulator.url}/oauth/token`, { method: 'POST', headers: { host } }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
        sent.on('error', reject)
        sent.end(
          JSON.stringify({
            grant_type: 'client_credentials',
            client_id: clientId,
            client_secret: clientSecret,
            audience: 'https://simulator:4000/api/v2/',
          }),
        )
      })
    expect([await ask('simulator:4000'), await ask('other:4000')]).toEqual([200, 403])
  })

  test.each([
    {
      reason: 'another client of the tenant, which has no client grant',
      grants: ['client_credentials'],
      answer: {
        error: 'access_denied',
        error_description: expect.stringMatching(/^Client is not authorized to access/),
      },
    },
    {
      reason: 'a client without the grant type',
      grants: ['authorization_code'],
      answer: { error: 'unauthorized_client', error_uri: expect.any(String) },
    },
  ])('refuses $reason', async ({ grants, answer: expected }) => {
    const simulator = await simulated()
    const api = await management(simulator)
    const { body } = await api('POST', '/clients', { name: 'Other', grant_types: grants })
    const answer = await askToken(simulator, {
      client_id: textOf(body['client_id']),
      client_secret: textOf(body['client_secret']),
    })
    expect(answer.status).toBe(403)
    expect(await answer.json()).toMatchObject(expected)
  })

  test('refuses the old secret once it was rotated', async () => {
    const simulator = await simulated()
    const api = await management(simulator)
    const { body } = await api('POST', `/clients/${simulator.credential.clientId}/rotate-secret`)
    expect((await askToken(simulator)).status).toBe(401)
    expect((await askToken(simulator, { client_secret: textOf(body['client_secret']) })).status).toBe(200)
  })
})

describe('private_key_jwt', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })

  /** A simulator whose application has swapped its secret for the key. */
  const withKey = async () => {
    const simulator = await simulated()
    const api = await management(simulator)
    const path = `/clients/${simulator.credential.clientId}`
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const { body } = await api('POST', `${path}/credentials`, { credential_type: 'public_key', pem })
    await api('PATCH', path, {
      token_endpoint_auth_method: null,
      client_authentication_methods: { private_key_jwt: { credentials: [{ id: body['id'] ?? '' }] } },
    })
    return simulator
  }

  type Wanted = { alg?: string; key?: typeof pair; claims?: Record<string, unknown> }

  const ask = async ({ alg = 'RS256', key = pair, claims = {} }: Wanted) => {
    const simulator = await withKey()
    const { clientId } = simulator.credential
    const exp = Math.floor(Date.now() / 1000) + 60
    const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: simulator.issuer, exp, ...claims })
      .setProtectedHeader({ alg })
      .sign(key.privateKey)
    return fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        audience: `https://${simulator.domain}/api/v2/`,
      }),
    })
  }

  test.each(['RS256', 'RS384', 'PS256'])('%s authenticates', async (alg) => {
    expect((await ask({ alg })).status).toBe(200)
  })

  test.each([
    { reason: "somebody else's key", wanted: { key: other } },
    { reason: 'an algorithm that Auth0 does not take', wanted: { alg: 'RS512' } },
    { reason: 'an expired assertion', wanted: { claims: { exp: 1 } } },
    { reason: 'an assertion for another tenant', wanted: { claims: { aud: 'https://elsewhere/' } } },
    { reason: 'an assertion about somebody else', wanted: { claims: { sub: 'x' } } },
  ])('refuses $reason', async ({ wanted }) => {
    expect((await ask(wanted)).status).toBe(401)
  })

  test('takes the place of the secret', async () => {
    expect((await askToken(await withKey())).status).toBe(401)
  })

  test.each(['', 'x', 'a.b.c'])('refuses the assertion %j', async (assertion) => {
    const given = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }
    expect((await askToken(await simulated(), given)).status).toBe(401)
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
