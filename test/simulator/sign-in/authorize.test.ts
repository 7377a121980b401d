import { readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { describe, expect, test } from 'vitest'
import { startSimulator } from '../../../simulator/main.ts'
import { membersOf } from '../support.ts'
import { arrived, Browser, callback, shop, tenant, type Parameters } from './support.ts'

describe('where the application is not known, the browser is sent nowhere', () => {
  test.each<{ reason: string; sent: Parameters; status: number; says: string }>([
    { reason: 'no client', sent: { client_id: null }, status: 400, says: 'Missing required parameter: client_id' },
    { reason: 'an unknown client', sent: { client_id: '<b>x' }, status: 400, says: 'Unknown client: &lt;b&gt;x' },
    { reason: 'no redirect_uri', sent: { redirect_uri: null }, status: 403, says: 'Callback URL mismatch' },
    {
      reason: 'another path',
      sent: { redirect_uri: 'https://shop.example/other' },
      status: 403,
      says: 'Callback URL mismatch',
    },
    {
      reason: 'the callback without its query',
      sent: { redirect_uri: 'https://shop.example/callback' },
      status: 403,
      says: 'Callback URL mismatch',
    },
    {
      reason: 'the callback with more behind it',
      sent: { redirect_uri: `${callback}&x=1` },
      status: 403,
      says: 'Callback URL mismatch',
    },
    {
      reason: 'another scheme',
      sent: { redirect_uri: callback.replace('https', 'http') },
      status: 403,
      says: 'Callback URL mismatch',
    },
    {
      reason: 'prompt=none at another address',
      sent: { redirect_uri: 'https://evil.example/', prompt: 'none' },
      status: 403,
      says: 'Callback URL mismatch',
    },
  ])('$reason', async ({ sent, status, says }) => {
    const { browser } = await tenant()
    for (const answer of [await browser.ask(sent), await browser.pick('auth0|ann', sent)]) {
      expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
        status,
        null,
        null,
      ])
      expect(await answer.text()).toContain(says)
    }
  })
})

describe('a known application is told why it is refused', () => {
  test.each<{ reason: string; sent: Parameters; error: string }>([
    { reason: 'no response_type', sent: { response_type: null }, error: 'invalid_request' },
    { reason: 'the implicit flow', sent: { response_type: 'token' }, error: 'unsupported_response_type' },
    { reason: 'another response_mode', sent: { response_mode: 'fragment' }, error: 'invalid_request' },
    { reason: 'an unknown challenge method', sent: { code_challenge_method: 'S1' }, error: 'invalid_request' },
    {
      reason: 'a challenge method of every object',
      sent: { code_challenge_method: 'toString' },
      error: 'invalid_request',
    },
    { reason: 'a method without challenge', sent: { code_challenge: null }, error: 'invalid_request' },
    { reason: 'an unknown prompt', sent: { prompt: 'none login' }, error: 'invalid_request' },
    { reason: 'a max_age that is no number', sent: { max_age: '-1' }, error: 'invalid_request' },
    { reason: 'nobody signed in, and prompt=none', sent: { prompt: 'none' }, error: 'login_required' },
  ])('$reason', async ({ sent, error }) => {
    const { browser } = await tenant()
    const { at, parameters } = arrived(await browser.ask(sent))
    expect(at).toBe('https://shop.example/callback')
    expect(parameters).toEqual({
      from: 'auth0',
      error,
      error_description: expect.any(String) as unknown,
      state: 'the state',
    })
  })

  test('an application without the grant type', async () => {
    const { browser } = await tenant({}, { ...shop, grant_types: ['client_credentials'] })
    expect(arrived(await browser.ask({ state: null })).parameters).toEqual({
      from: 'auth0',
      error: 'unauthorized_client',
      error_description: "Grant type 'authorization_code' not allowed for the client.",
    })
  })
})

describe('the page on which one picks a user', () => {
  test('names each user, and shows what they are as text', async () => {
    const { browser } = await tenant()
    const answer = await browser.ask()
    const html = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(html).toContain('<html lang="en">')
    expect(html).toContain('<h1>Sign in to Shop</h1>')
    expect(html).toContain('Ann &lt;img&gt; &amp; &quot;Co&quot;')
    expect(html).toContain('permissions: client.write · roles: billing-admins · products: Billing')
    expect(html).not.toContain('<img')
    expect(answer.headers.get('content-security-policy')).toBe("frame-ancestors 'none'")
  })

  test('its form leads to the application, with a session', async () => {
    const { browser } = await tenant()
    const html = await (await browser.ask()).text()
    const action = /action="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const answer = await browser.go(`/authorize${action}`, { user: 'auth0|bob' })
    expect(arrived(answer)).toEqual({
      at: 'https://shop.example/callback',
      parameters: { from: 'auth0', code: expect.any(String) as unknown, state: 'the state' },
    })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^simulator_session_\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/,
    )
  })

  test.each(['auth0|bob', 'Bob'])('puts the user of the login_hint %s first', async (hint) => {
    const { browser } = await tenant()
    const html = await (await browser.ask({ login_hint: hint })).text()
    expect(html.indexOf('value="auth0|bob" autofocus')).toBeGreaterThan(0)
    expect(html.indexOf('auth0|bob')).toBeLessThan(html.indexOf('auth0|ann'))
  })

  test('of a tenant without users says so', async () => {
    const { browser } = await tenant({ users: [] })
    expect(await (await browser.ask()).text()).toContain('has no users')
  })

  test('takes nobody who is not on it', async () => {
    const { browser } = await tenant()
    const answer = await browser.pick('auth0|eve')
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })

  test('https has a cookie for https only', async () => {
    const { simulator } = await tenant({ https: true })
    const ca = await readFile(simulator.caFile ?? '', 'utf8')
    const query = new URLSearchParams({ response_type: 'code', client_id: 'shop', redirect_uri: callback }).toString()
    const cookies = await new Promise<string[] | undefined>((resolve, reject) => {
      request(`${simulator.url}/authorize?${query}`, { ca, method: 'POST' }, (answer) => {
        answer.resume()
        resolve(answer.headers['set-cookie'])
      })
        .on('error', reject)
        .setHeader('content-type', 'application/x-www-form-urlencoded')
        .end('user=auth0%7Cann')
    })
    expect(cookies).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Lax; Secure$/)])
  })
})

describe('whoever is signed in', () => {
  test.each<{ reason: string; sent: Parameters; passed: number; silent: boolean }>([
    { reason: 'is not asked again', sent: {}, passed: 3600, silent: true },
    { reason: 'is not asked with prompt=none', sent: { prompt: 'none' }, passed: 3600, silent: true },
    { reason: 'is asked with prompt=login', sent: { prompt: 'login' }, passed: 0, silent: false },
    { reason: 'is not asked before max_age', sent: { max_age: '300' }, passed: 299, silent: true },
    { reason: 'is asked after max_age', sent: { max_age: '300' }, passed: 302, silent: false },
    { reason: 'is asked with max_age=0', sent: { max_age: '0' }, passed: 0, silent: false },
  ])('$reason', async ({ sent, passed, silent }) => {
    const { browser, pass } = await tenant()
    await browser.pick('auth0|ann')
    pass(passed)
    const answer = await browser.ask(sent)
    expect([answer.status, answer.headers.get('location')?.includes('code=')]).toEqual(
      silent ? [302, true] : [200, undefined],
    )
  })

  test('too long ago is not signed in for prompt=none', async () => {
    const { browser, pass } = await tenant()
    await browser.pick('auth0|ann')
    pass(400)
    expect(arrived(await browser.ask({ prompt: 'none', max_age: '300' })).parameters['error']).toBe('login_required')
  })

  test('in one browser is not so in another, nor at another tenant', async () => {
    const { browser, simulator } = await tenant()
    await browser.pick('auth0|ann')
    expect((await new Browser(simulator.url).ask()).status).toBe(200)
    const other = (await tenant()).browser
    other.cookie = browser.cookie
    expect((await other.ask()).status).toBe(200)
  })

  test('has a new session after another sign-in, and the old one has ended', async () => {
    const { browser, simulator } = await tenant()
    await browser.pick('auth0|ann')
    const former = browser.cookie
    await browser.pick('auth0|bob')
    expect(browser.cookie).not.toBe(former)
    const old = new Browser(simulator.url)
    old.cookie = former
    expect((await old.ask()).status).toBe(200)
  })
})

describe('discovery', () => {
  test('lists what an application can use', async () => {
    const { simulator } = await tenant()
    const { url } = simulator
    expect(await membersOf(await fetch(`${url}/.well-known/openid-configuration`))).toMatchObject({
      issuer: `${url}/`,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/oauth/token`,
      revocation_endpoint: `${url}/oauth/revoke`,
      end_session_endpoint: `${url}/oidc/logout`,
      grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256', 'plain'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    })
  })

  test.each([true, false])('and answers name the issuer where the tenant says so: %s', async (namesIssuer) => {
    const { simulator, browser } = await tenant({ namesIssuer })
    const named = namesIssuer ? `${simulator.url}/` : undefined
    const found = await membersOf(await fetch(`${simulator.url}/.well-known/openid-configuration`))
    expect(found['authorization_response_iss_parameter_supported']).toBe(namesIssuer ? true : undefined)
    for (const answer of [await browser.ask({ prompt: 'none' }), await browser.pick('auth0|ann')])
      expect(arrived(answer).parameters['iss']).toBe(named)
  })
})

test.each([
  {
    reason: 'two users of one id',
    users: [
      { sub: 'a', name: 'A' },
      { sub: 'a', name: 'B' },
    ],
    says: /same sub/,
  },
  { reason: 'a user without name', users: [{ sub: 'a', name: '' }], says: /name/ },
])('a simulator with $reason does not start', async ({ users, says }) => {
  await expect(startSimulator({ users })).rejects.toThrow(says)
})
