import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { textOf, type JsonObject } from '../../../simulator/json.ts'
import { membersOf } from '../support.ts'
import { post, said, shop, tenant, type Parameters } from './support.ts'

const unknownToken = { status: 403, error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
const unauthorized = { status: 401, error: 'access_denied', error_description: 'Unauthorized' }

describe('a refresh token', () => {
  test('gives new tokens of the same sign-in', async () => {
    const { simulator, signIn, refreshed, pass } = await tenant()
    const first = await signIn()
    pass(10)
    const second = await refreshed(first.refresh_token)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const keys = createRemoteJWKSet(new URL(`${simulator.url}/.well-known/jwks.json`))
    const claims = await Promise.all(
      [first, second].map(async ({ id_token: token }) => (await jwtVerify(token, keys)).payload),
    )
    expect(claims[1]).toMatchObject({ sub: 'auth0|ann', sid: claims[0]?.['sid'], auth_time: claims[0]?.['auth_time'] })
    expect(claims[1]?.iat).toBe((claims[0]?.iat ?? 0) + 10)
    expect(claims[1]).not.toHaveProperty('nonce')
  })

  test.each([
    { reason: 'less, where less is asked for', asked: 'openid', scope: 'openid' },
    { reason: 'never more', asked: 'openid client.write', scope: 'openid' },
    { reason: 'the same, where nothing is', asked: null, scope: 'openid profile email offline_access' },
  ])('gives $reason', async ({ asked, scope }) => {
    const { signIn, refresh } = await tenant()
    const { refresh_token: token } = await signIn()
    expect(await said(await refresh(token, { scope: asked }))).toMatchObject({ status: 200, scope })
  })

  test.each<{ reason: string; instead: Parameters; expected: object }>([
    { reason: 'that nobody issued', instead: { refresh_token: 'x' }, expected: unknownToken },
    {
      reason: 'that is missing',
      instead: { refresh_token: null },
      expected: { status: 400, error: 'invalid_request' },
    },
    { reason: 'with a wrong secret', instead: { client_secret: 'x' }, expected: unauthorized },
    { reason: 'of another application', instead: { client_id: 'other', client_secret: 'o' }, expected: unknownToken },
  ])('is refused $reason, and stays good', async ({ instead, expected }) => {
    const { simulator, signIn, refresh } = await tenant()
    simulator.seed({ ...shop, client_id: 'other', client_secret: 'o' })
    const { refresh_token: token } = await signIn()
    expect(await said(await refresh(token, instead))).toMatchObject(expected)
    expect((await refresh(token)).status).toBe(200)
  })

  test('that is used again takes its whole family along', async () => {
    const { signIn, refresh, refreshed } = await tenant()
    const other = await signIn()
    const first = await signIn()
    const second = await refreshed(first.refresh_token)
    const third = await refreshed(second.refresh_token)
    expect(await said(await refresh(first.refresh_token))).toEqual(unknownToken)
    expect(await said(await refresh(third.refresh_token))).toEqual(unknownToken)
    // Another sign-in of the same user is another family.
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  const lenient: JsonObject = {
    ...shop,
    refresh_token: {
      rotation_type: 'rotating',
      expiration_type: 'expiring',
      leeway: 10,
      token_lifetime: 1000,
      idle_token_lifetime: 100,
    },
  }

  test.each([
    { passed: 10, status: 200 },
    { passed: 11, status: 403 },
  ])('may be used again within the leeway: after $passed of 10 s it is $status', async ({ passed, status }) => {
    const { signIn, refresh, refreshed, pass } = await tenant({}, lenient)
    const first = await signIn()
    const second = await refreshed(first.refresh_token)
    pass(passed)
    expect((await refresh(first.refresh_token)).status).toBe(status)
    expect((await refresh(second.refresh_token)).status).toBe(status)
  })

  test('before the last one may not, even within the leeway', async () => {
    const { signIn, refresh, refreshed } = await tenant({}, lenient)
    const first = await signIn()
    const second = await refreshed(first.refresh_token)
    const third = await refreshed(second.refresh_token)
    expect(await said(await refresh(first.refresh_token))).toEqual(unknownToken)
    expect(await said(await refresh(third.refresh_token))).toEqual(unknownToken)
  })

  test.each([
    { reason: 'unused for too long', steps: [101], last: 403 },
    { reason: 'used often enough', steps: [90, 90, 90], last: 200 },
    {
      reason: 'of a sign-in too long ago, however often used',
      steps: [...Array.from({ length: 11 }, () => 90), 20],
      last: 403,
    },
  ])('$reason is $last', async ({ steps, last }) => {
    const { signIn, refresh, pass } = await tenant()
    let { refresh_token: token } = await signIn()
    let status = 0
    for (const step of steps) {
      pass(step)
      const answer = await refresh(token)
      status = answer.status
      if (status === 200) token = textOf((await membersOf(answer))['refresh_token'])
    }
    expect(status).toBe(last)
  })

  test('of an application whose tokens do not rotate stays as it is', async () => {
    const { signIn, refresh, pass } = await tenant(
      {},
      {
        ...shop,
        refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring', idle_token_lifetime: 1 },
      },
    )
    const { refresh_token: token } = await signIn()
    for (const seconds of [1000, 1_000_000]) {
      pass(seconds)
      const answer = await membersOf(await refresh(token))
      expect(answer).toHaveProperty('access_token')
      expect(answer).not.toHaveProperty('refresh_token')
    }
  })
})

describe('POST /oauth/revoke', () => {
  test('ends a refresh token and its family', async () => {
    const { simulator, signIn, refresh, refreshed } = await tenant()
    const first = await signIn()
    const second = await refreshed(first.refresh_token)
    expect((await post(simulator, '/oauth/revoke', { token: second.refresh_token })).status).toBe(200)
    expect(await said(await refresh(second.refresh_token))).toEqual(unknownToken)
  })

  test.each<{ reason: string; instead: Parameters; status: number; error: string }>([
    { reason: 'a token that it does not know', instead: { token: 'x' }, status: 200, error: '' },
    {
      reason: "another application's token",
      instead: { client_id: 'other', client_secret: 'o' },
      status: 200,
      error: '',
    },
    { reason: 'no token', instead: { token: null }, status: 400, error: 'invalid_request' },
    { reason: 'a wrong secret', instead: { client_secret: 'x' }, status: 401, error: 'invalid_client' },
  ])('answers $status to $reason, and ends nothing', async ({ instead, status, error }) => {
    const { simulator, signIn, refresh } = await tenant()
    simulator.seed({ ...shop, client_id: 'other', client_secret: 'o' })
    const { refresh_token: token } = await signIn()
    const answer = await post(simulator, '/oauth/revoke', { token, ...instead })
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(error)])
    expect((await refresh(token)).status).toBe(200)
  })
})
