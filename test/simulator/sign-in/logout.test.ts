import { describe, expect, test } from 'vitest'
import { Browser, shop, tenant, type Parameters } from './support.ts'

const path = (endpoint: string, parameters: Record<string, string>): string =>
  `${endpoint}?${new URLSearchParams(parameters).toString()}`

/** Whether the browser has no session any more, by trying. */
const isSignedOut = async (browser: Browser): Promise<boolean> =>
  (await browser.ask({ prompt: 'none' })).headers.get('location')?.includes('login_required') === true

/** A browser that has signed in, its former cookie kept by another one. */
const signedIn = async () => {
  const world = await tenant()
  const { id_token: idToken } = await world.signIn()
  const thief = new Browser(world.simulator.url)
  thief.cookie = world.browser.cookie
  return { ...world, idToken, thief }
}

describe('GET /v2/logout ends the session', () => {
  test.each<{ reason: string; sent: Record<string, string>; location: string | null }>([
    {
      reason: 'and goes where it is asked to',
      sent: { client_id: 'shop', returnTo: 'https://shop.example/bye' },
      location: 'https://shop.example/bye',
    },
    {
      reason: 'whatever the query behind the address',
      sent: { client_id: 'shop', returnTo: 'https://shop.example/bye?a=1#b' },
      location: 'https://shop.example/bye?a=1#b',
    },
    {
      reason: "and goes to the application's first address",
      sent: { client_id: 'shop' },
      location: 'https://shop.example/',
    },
    { reason: 'and stays, where it knows no application', sent: {}, location: null },
  ])('$reason', async ({ sent, location }) => {
    const { browser, thief } = await signedIn()
    const answer = await browser.go(path('/v2/logout', sent))
    expect([answer.status, answer.headers.get('location')]).toEqual([location === null ? 200 : 302, location])
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0')
    expect(await isSignedOut(thief)).toBe(true)
  })

  test.each<{ reason: string; sent: Record<string, string> }>([
    { reason: 'another host', sent: { client_id: 'shop', returnTo: 'https://evil.example/' } },
    {
      reason: 'a host behind the right one',
      sent: { client_id: 'shop', returnTo: 'https://shop.example@evil.example/' },
    },
    { reason: 'an address without a client', sent: { returnTo: 'https://shop.example/' } },
    { reason: 'no address at all', sent: { client_id: 'shop', returnTo: 'shop' } },
  ])('but not to $reason', async ({ sent }) => {
    const { browser } = await signedIn()
    const answer = await browser.go(path('/v2/logout', sent))
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(await answer.text()).toContain('is not defined as a valid URL')
    expect(await isSignedOut(browser)).toBe(false)
  })
})

describe('GET /oidc/logout', () => {
  test('ends the session of the ID token, and gives the state back', async () => {
    const { browser, thief, idToken } = await signedIn()
    const answer = await browser.go(
      path('/oidc/logout', {
        id_token_hint: idToken,
        client_id: 'shop',
        post_logout_redirect_uri: 'https://shop.example/bye',
        state: 's',
      }),
    )
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://shop.example/bye?state=s'])
    expect(await isSignedOut(thief)).toBe(true)
  })

  test('knows the application by the ID token, expired or not', async () => {
    const { browser, idToken, pass } = await signedIn()
    pass(1_000_000)
    const answer = await browser.go(path('/oidc/logout', { id_token_hint: idToken }))
    expect(answer.headers.get('location')).toBe('https://shop.example/')
  })

  test('asks back where nothing proves whose session it is', async () => {
    const { browser, thief } = await signedIn()
    const target = path('/oidc/logout', { client_id: 'shop', post_logout_redirect_uri: 'https://shop.example/bye' })
    const page = await browser.go(target)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Do you want to log out?')])
    expect(await isSignedOut(thief)).toBe(false)
    const answer = await browser.go(target, { confirmed: 'yes' })
    expect(answer.headers.get('location')).toBe('https://shop.example/bye')
    expect(await isSignedOut(thief)).toBe(true)
  })

  test("asks back where the ID token is of another browser's session", async () => {
    const { simulator, idToken } = await signedIn()
    const other = new Browser(simulator.url)
    await other.pick('auth0|bob')
    expect((await other.go(path('/oidc/logout', { id_token_hint: idToken }))).status).toBe(200)
    expect(await isSignedOut(other)).toBe(false)
  })

  test('goes on where nobody is signed in', async () => {
    const { simulator } = await signedIn()
    const answer = await new Browser(simulator.url).go(path('/oidc/logout', { client_id: 'shop' }))
    expect(answer.headers.get('location')).toBe('https://shop.example/')
  })

  test.each<{ reason: string; sent: (idToken: string) => Record<string, string> }>([
    {
      reason: 'an address that is not allowed',
      sent: (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: 'https://evil.example/' }),
    },
    {
      reason: 'an allowed address with a query',
      sent: (id_token_hint) => ({ id_token_hint, post_logout_redirect_uri: 'https://shop.example/bye?a=1' }),
    },
    { reason: 'an ID token of another application', sent: (id_token_hint) => ({ id_token_hint, client_id: 'other' }) },
    {
      reason: 'an ID token that was changed',
      sent: (id_token_hint) => ({ id_token_hint: `${id_token_hint.slice(0, -8)}AAAAAAAA` }),
    },
    { reason: 'a text that is no ID token', sent: () => ({ id_token_hint: 'x' }) },
  ])('refuses $reason', async ({ sent }) => {
    const { simulator, browser, idToken } = await signedIn()
    simulator.seed({ ...shop, client_id: 'other' })
    const answer = await browser.go(path('/oidc/logout', sent(idToken)))
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(await isSignedOut(browser)).toBe(false)
  })
})

test('after a logout, whoever comes is asked who they are', async () => {
  const { browser } = await signedIn()
  await browser.go('/v2/logout')
  const sent: Parameters = {}
  expect((await browser.ask(sent)).status).toBe(200)
})
