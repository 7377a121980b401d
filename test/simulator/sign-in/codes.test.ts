import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { textOf, type JsonObject } from '../../../simulator/json.ts'
import { membersOf } from '../support.ts'
import { callback, said, shop, tenant, verifier, type Parameters } from './support.ts'

const invalidCode = { status: 403, error: 'invalid_grant', error_description: 'Invalid authorization code' }
const unknownToken = { status: 403, error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
const unauthorized = { status: 401, error: 'access_denied', error_description: 'Unauthorized' }

describe('a code gives', () => {
  test("tokens that the tenant's keys verify", async () => {
    const { simulator, signIn } = await tenant()
    const tokens = await signIn()
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'openid profile email offline_access',
    })
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`))
    const { issuer } = simulator
    const access = await jwtVerify(tokens.access_token, keys, { issuer, audience: 'urn:nexus' })
    expect(access.payload).toMatchObject({
      sub: 'auth0|ann',
      azp: 'shop',
      scope: 'openid profile email offline_access',
      permissions: ['client.write'],
      'https://nexus.example/roles': ['billing-admins'],
      'https://nexus.example/products': ['Billing'],
    })
    const id = await jwtVerify(tokens.id_token, keys, { issuer, audience: 'shop' })
    const { iat = 0 } = id.payload
    expect(id.payload).toMatchObject({
      sub: 'auth0|ann',
      nonce: 'the nonce',
      name: 'Ann <img> & "Co"',
      email: 'ann@example.com',
      auth_time: iat,
      sid: expect.stringMatching(/^[\w-]{32}$/) as unknown,
      exp: iat + 36_000,
    })
  })

  test.each<{ reason: string; sent: Parameters; scope: string; members: string[] }>([
    {
      reason: 'without openid no ID token',
      sent: { scope: 'offline_access' },
      scope: 'offline_access',
      members: ['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'],
    },
    {
      reason: 'without offline_access no refresh token',
      sent: { scope: 'openid' },
      scope: 'openid',
      members: ['access_token', 'expires_in', 'id_token', 'scope', 'token_type'],
    },
    {
      reason: 'no scope that the user lacks',
      sent: { scope: 'client.write tenant.admin' },
      scope: 'client.write',
      members: ['access_token', 'expires_in', 'scope', 'token_type'],
    },
    {
      reason: 'without scope the access token only',
      sent: { scope: null },
      scope: '',
      members: ['access_token', 'expires_in', 'scope', 'token_type'],
    },
  ])('$reason', async ({ sent, scope, members }) => {
    const { codeFor, redeem } = await tenant()
    const tokens = await membersOf(await redeem(await codeFor(sent)))
    expect(tokens['scope']).toBe(scope)
    expect(Object.keys(tokens).toSorted()).toEqual(members)
  })

  test('no refresh token to an application that may not refresh', async () => {
    const { codeFor, redeem } = await tenant({}, { ...shop, grant_types: ['authorization_code'] })
    const tokens = await membersOf(await redeem(await codeFor()))
    expect(tokens).toMatchObject({ scope: 'openid profile email' })
    expect(tokens).not.toHaveProperty('refresh_token')
  })

  test('without audience a token that is no JWT', async () => {
    const { signIn } = await tenant()
    expect((await signIn({ audience: null })).access_token).toMatch(/^[\w-]{32}$/)
  })
})

describe('a code is refused', () => {
  test.each<{ reason: string; instead: Parameters; expected: object }>([
    { reason: 'that nobody issued', instead: { code: 'x' }, expected: invalidCode },
    { reason: 'that is missing', instead: { code: null }, expected: { status: 400, error: 'invalid_request' } },
    {
      reason: 'with another redirect_uri',
      instead: { redirect_uri: 'https://shop.example/' },
      expected: {
        status: 403,
        error: 'unauthorized_client',
        error_description: `The redirect URI is wrong. You sent https://shop.example/, and we expected ${callback}`,
      },
    },
    {
      reason: 'with a wrong verifier',
      instead: { code_verifier: 'w'.repeat(43) },
      expected: { status: 403, error: 'invalid_grant', error_description: 'Failed to verify code verifier' },
    },
    { reason: 'without verifier', instead: { code_verifier: null }, expected: { status: 403, error: 'invalid_grant' } },
    { reason: 'with a wrong secret', instead: { client_secret: 'x' }, expected: unauthorized },
    { reason: 'without secret', instead: { client_secret: null }, expected: unauthorized },
    { reason: 'of another application', instead: { client_id: 'other', client_secret: 'o' }, expected: invalidCode },
  ])('$reason', async ({ instead, expected }) => {
    const { simulator, codeFor, redeem } = await tenant()
    simulator.seed({ ...shop, client_id: 'other', client_secret: 'o' })
    expect(await said(await redeem(await codeFor(), instead))).toMatchObject(expected)
  })

  test('after a minute', async () => {
    const { codeFor, redeem, pass } = await tenant()
    const [early, late] = [await codeFor(), await codeFor()]
    pass(60)
    expect((await redeem(early)).status).toBe(200)
    pass(1)
    expect(await said(await redeem(late))).toEqual(invalidCode)
  })

  test('a second time, and what the first gave is revoked', async () => {
    const { codeFor, redeem, refresh, pass } = await tenant()
    const code = await codeFor()
    const first = await membersOf(await redeem(code))
    pass(90)
    expect(await said(await redeem(code))).toEqual(invalidCode)
    expect(await said(await refresh(textOf(first['refresh_token'])))).toEqual(unknownToken)
  })

  test('after an attempt with a wrong verifier', async () => {
    const { codeFor, redeem } = await tenant()
    const code = await codeFor()
    await redeem(code, { code_verifier: 'x' })
    expect(await said(await redeem(code))).toEqual(invalidCode)
  })

  test('with a verifier, where none was announced', async () => {
    const { codeFor, redeem } = await tenant()
    const code = await codeFor({ code_challenge: null, code_challenge_method: null })
    expect(await said(await redeem(code))).toMatchObject({ error: 'invalid_grant' })
  })

  test('where the application lost the grant type', async () => {
    const { simulator, codeFor, redeem } = await tenant()
    const code = await codeFor()
    simulator.seed({ ...shop, grant_types: ['refresh_token'] })
    expect(await said(await redeem(code))).toMatchObject({
      status: 403,
      error: 'unauthorized_client',
      error_description: "Grant type 'authorization_code' not allowed for the client.",
    })
  })

  test('while the tenant refuses credentials', async () => {
    const { simulator, codeFor, redeem } = await tenant()
    const code = await codeFor()
    simulator.setFaults({ refuseCredential: true })
    expect(await said(await redeem(code))).toMatchObject(unauthorized)
  })
})

describe('an application proves who it is', () => {
  const spa: JsonObject = { ...shop, token_endpoint_auth_method: 'none' }

  test('by Basic as well', async () => {
    const { simulator, codeFor } = await tenant()
    const answer = await fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('shop:secret-of-the-shop').toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: await codeFor(),
        redirect_uri: callback,
        code_verifier: verifier,
      }),
    })
    expect(answer.status).toBe(200)
  })

  test('a public one by the verifier alone, and it refreshes', async () => {
    const { codeFor, redeem, refresh } = await tenant({}, spa)
    const tokens = await membersOf(await redeem(await codeFor(), { client_secret: null }))
    expect((await refresh(textOf(tokens['refresh_token']), { client_secret: null })).status).toBe(200)
  })

  test.each<{ reason: string; sent: Parameters; instead: Parameters }>([
    {
      reason: 'a public one without PKCE',
      sent: { code_challenge: null, code_challenge_method: null },
      instead: { code_verifier: null },
    },
    { reason: 'a public one with a wrong secret', sent: {}, instead: { client_secret: 'x' } },
    { reason: 'a public one that asks for itself', sent: {}, instead: { grant_type: 'client_credentials' } },
  ])('not $reason', async ({ sent, instead }) => {
    const { codeFor, redeem } = await tenant({}, spa)
    expect(await said(await redeem(await codeFor(sent), { client_secret: null, ...instead }))).toMatchObject(
      unauthorized,
    )
  })
})
