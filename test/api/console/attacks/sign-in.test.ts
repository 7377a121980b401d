import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers } from '../../../support/stack.ts'
import type { Stack } from '../../../support/stack.ts'
import { application, openBrowser, signIn, users } from '../browser.ts'
import type { Browser } from '../browser.ts'
import { raw } from '../../support.ts'
import { publicUrl, startConsole } from '../support.ts'
import { begin, isSignedIn, opens, pick, sessionOf, withParameter } from './steps.ts'

/** What comes of an answer: for the person, and for their browser. */
const outcomeOf = async (browser: Browser, answer: Response) => ({
  status: answer.status,
  location: answer.headers.get('location'),
  type: answer.headers.get('content-type'),
  hasSession: answer.headers.getSetCookie().some((line) => line.startsWith('__Host-nexus=')),
  isSignedIn: await isSignedIn(browser),
})

/** A page that says so, and no session. */
const refused = {
  status: 403,
  location: null,
  type: 'text/html; charset=utf-8',
  hasSession: false,
  isSignedIn: false,
}

describe.skipIf(servers === null)('somebody who signs in is attacked', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole({ simulator: { users, seed: [application] } })
  })
  afterAll(() => stack.close())

  test('who is not attacked gets in', async () => {
    const browser = openBrowser(stack)
    const answer = await signIn(browser, '?return=/tenants/acme%3Ftext%3Dshop')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      `${publicUrl}/console/tenants/acme?text=shop`,
    ])
    expect(await isSignedIn(browser)).toBe(true)
  })

  describe('by where they are led afterwards', () => {
    const bidirectional = '\u202e'
    /** A page of the console, and no address beside or below that a router could take for another host. */
    const noOther = /^\/portal\/console\/(?!(?:api|sign-in|sign-out|callback|\/|\\))/
    test.each([
      '//evil.example',
      '///evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '\\/evil.example',
      '/\t/evil.example',
      '/\n/evil.example',
      '/\r\nlocation: https://evil.example',
      '\u0000//evil.example',
      ' //evil.example',
      '\u00a0//evil.example',
      '/%09/evil.example',
      '/%0d%0aset-cookie:%20a=b',
      '/%5cevil.example',
      '/%2fevil.example',
      '/..//evil.example',
      '/.//evil.example',
      '/%2e%2e//evil.example',
      '/../../../v1/tenants',
      '/..\\..\\evil.example',
      '/..;/..;/evil',
      'https:evil.example',
      'https:/evil.example',
      'https://evil.example',
      'HTTPS://evil.example',
      'http:\\\\evil.example',
      'https://nexus.example.com@evil.example/',
      'https://nexus.example.com.evil.example/portal/console/',
      '@evil.example',
      ':@evil.example/',
      '.evil.example',
      ':443@evil.example',
      '-evil.example',
      'javascript:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'blob:https://nexus.example.com/x',
      '/\uff0f\uff0fevil.example',
      '\u2215\u2215evil.example',
      '/\u3002\u3002/evil.example',
      `/${bidirectional}evil.example`,
      '/sign-in?return=//evil.example',
      '/callback?code=x&state=y',
      '/api/v1/whoami',
      '/sign-out',
      '/%61pi/v1/whoami',
      '/a/../api/v1/whoami',
      '?return=//evil.example',
      '#//evil.example',
    ])('not with return=%j', async (evil) => {
      const browser = openBrowser(stack)
      const authorize = await begin(browser, `?${new URLSearchParams({ return: evil }).toString()}`)
      // What is no text is refused at once.
      if (authorize === '') return
      const answer = await browser.go(await pick(browser, authorize))
      const location = answer.headers.get('location') ?? ''
      expect(answer.status).toBe(302)
      // As a browser reads it, on the page that sent it there.
      const { origin, username, pathname } = new URL(location, `${publicUrl}/console/callback`)
      expect([origin, username]).toEqual([new URL(publicUrl).origin, ''])
      expect(decodeURIComponent(pathname)).toMatch(noOther)
      expect(answer.headers.getSetCookie()).not.toContainEqual(expect.stringMatching(/^a=/))
    })
  })

  describe('by an answer that is not of their sign-in', () => {
    test.each<{ reason: string; change: (callback: string) => string }>([
      { reason: 'without state', change: (callback) => withParameter(callback, 'state', null) },
      { reason: 'with an empty state', change: (callback) => withParameter(callback, 'state', '') },
      { reason: 'with another state', change: (callback) => withParameter(callback, 'state', 'x'.repeat(43)) },
      { reason: 'with two states', change: (callback) => `${callback}&state=x` },
      { reason: 'without code', change: (callback) => withParameter(callback, 'code', null) },
      { reason: 'with two codes', change: (callback) => `${callback}&code=x` },
      { reason: 'with an invented code', change: (callback) => withParameter(callback, 'code', 'x') },
      {
        reason: 'that names another issuer',
        change: (callback) => withParameter(callback, 'iss', 'https://evil.example/'),
      },
      { reason: 'that is an error as well', change: (callback) => withParameter(callback, 'error', 'access_denied') },
      { reason: 'that is an ID token', change: (callback) => `${callback}&id_token=x` },
      { reason: 'that is encrypted', change: (callback) => `${callback}&response=x` },
    ])('$reason', async ({ change }) => {
      const browser = openBrowser(stack)
      expect(await outcomeOf(browser, await browser.go(change(await browser.atIssuer())))).toEqual(refused)
    })

    test('of another browser: whoever has the address alone gets nothing', async () => {
      const attacker = openBrowser(stack)
      const callback = await pick(attacker, await begin(attacker), 'auth0|other')
      const victim = openBrowser(stack)
      expect(await outcomeOf(victim, await victim.go(callback))).toEqual(refused)
      await begin(victim)
      expect(await outcomeOf(victim, await victim.go(callback))).toEqual(refused)
    })

    test("the code of somebody else's sign-in with the state of one's own", async () => {
      const [attacker, victim] = [openBrowser(stack), openBrowser(stack)]
      const stolen = new URL(await pick(attacker, await begin(attacker), 'auth0|other')).searchParams.get('code')
      const own = await pick(victim, await begin(victim))
      expect(await outcomeOf(victim, await victim.go(withParameter(own, 'code', stolen)))).toEqual(refused)
    })

    test('the code of another sign-in of the same browser: PKCE and nonce belong to one', async () => {
      const browser = openBrowser(stack)
      const [first, second] = [await begin(browser), await begin(browser)]
      const code = new URL(await pick(browser, first, 'auth0|other')).searchParams.get('code')
      const callback = await pick(browser, second)
      expect(await outcomeOf(browser, await browser.go(withParameter(callback, 'code', code)))).toEqual(refused)
    })

    test.each<{ reason: string; parameter: string; value: string }>([
      { reason: 'a nonce of somebody else', parameter: 'nonce', value: 'n'.repeat(43) },
      { reason: 'a challenge of somebody else', parameter: 'code_challenge', value: 'c'.repeat(43) },
    ])('asked for with $reason', async ({ parameter, value }) => {
      const browser = openBrowser(stack)
      const authorize = withParameter(await begin(browser), parameter, value)
      expect(await outcomeOf(browser, await browser.go(await pick(browser, authorize)))).toEqual(refused)
    })

    test('one that was used, though the browser still has its cookies from before', async () => {
      const browser = openBrowser(stack)
      const callback = await browser.atIssuer()
      const before = new Map(browser.cookies())
      expect((await browser.go(callback)).status).toBe(302)
      // The browser itself has forgotten it.
      expect((await browser.go(callback)).status).toBe(403)
      const thief = openBrowser(stack)
      for (const [name, value] of before) thief.plant(name, value)
      expect(await outcomeOf(thief, await thief.go(callback))).toEqual(refused)
    })

    test.each<{ reason: string; change: (value: string) => string }>([
      { reason: 'changed', change: (value) => `${value.slice(0, -4)}AAAA` },
      { reason: 'cut off', change: (value) => value.slice(0, 20) },
      { reason: 'of a key that there is not', change: (value) => value.replace(/^[^.]*/, 'x') },
      { reason: 'none at all', change: () => '' },
      { reason: 'its claims in clear', change: () => `x.${Buffer.from('[{"state":"x"}]').toString('base64url')}` },
    ])('with what the browser keeps $reason', async ({ change }) => {
      const browser = openBrowser(stack)
      const callback = await browser.atIssuer()
      const name = '__Host-nexus-sign-in'
      browser.plant(name, change(browser.cookies().get(name) ?? ''))
      expect(await outcomeOf(browser, await browser.go(callback))).toEqual(refused)
    })
  })

  describe('by a cookie that was planted', () => {
    test('of an invented session, which is not theirs afterwards', async () => {
      const planted = 'A'.repeat(43)
      const browser = openBrowser(stack)
      browser.plant('__Host-nexus', planted)
      await signIn(browser)
      expect(browser.cookies().get('__Host-nexus')).not.toBe(planted)
      expect(await opens(stack, `__Host-nexus=${planted}`)).toBe(false)
    })

    test("of the attacker's session, which ends and does not become theirs", async () => {
      const attacker = openBrowser(stack)
      await signIn(attacker, '', 'auth0|other')
      const planted = sessionOf(attacker)
      const victim = openBrowser(stack)
      victim.plant('__Host-nexus', planted.slice('__Host-nexus='.length))
      await signIn(victim)
      expect(sessionOf(victim)).not.toBe(planted)
      expect(await opens(stack, sessionOf(victim))).toBe(true)
      expect(await opens(stack, planted)).toBe(false)
    })

    test('each sign-in has a session of its own', async () => {
      const browser = openBrowser(stack)
      await signIn(browser)
      const first = sessionOf(browser)
      await signIn(browser)
      expect(sessionOf(browser)).not.toBe(first)
      expect([await opens(stack, first), await opens(stack, sessionOf(browser))]).toEqual([false, true])
    })
  })

  describe('by who says where Nexus is', () => {
    test.each([
      'host: evil.example',
      'host: x\r\nx-forwarded-host: evil.example',
      'host: x\r\nforwarded: host=evil.example',
    ])('the configuration says it, whatever a request claims: %j', async (header) => {
      const answer = await raw(stack, `GET /console/sign-in HTTP/1.1\r\n${header}\r\nconnection: close\r\n\r\n`)
      expect(answer).toContain(`redirect_uri=${encodeURIComponent(`${publicUrl}/console/callback`)}`)
      expect(answer).not.toContain('evil')
    })
  })

  describe('by a frame', () => {
    test.each([
      '',
      '/',
      '/tenants/acme',
      '/sign-in?return=%00&x=1',
      '/callback',
      '/callback?error=access_denied',
      '/api/x',
      '/assets/x',
    ])('no answer is shown in one: /console%s', async (path) => {
      const answer = await openBrowser(stack).go(`${publicUrl}/console${path}`)
      expect(answer.headers.get('content-security-policy')).toMatch(/(?:^|; )frame-ancestors 'none'(?:;|$)/)
    })
  })
})

describe.skipIf(servers === null)('the cookie of a console over http on this machine', () => {
  const local = 'http://127.0.0.1:8080'
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole({
      simulator: { users, seed: [{ ...application, callbacks: [`${local}/console/callback`] }] },
      console: { publicUrl: local },
    })
  })
  afterAll(() => stack.close())

  test('has every flag that http has, and is not taken for the one of https', async () => {
    const begun = await fetch(`${stack.url}/console/sign-in`, { redirect: 'manual' })
    const [attempt = ''] = begun.headers.getSetCookie()
    const picked = await fetch(begun.headers.get('location') ?? '', {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: 'auth0|tester' }),
    })
    const { search } = new URL(picked.headers.get('location') ?? '')
    const finish = (cookie: string) =>
      fetch(`${stack.url}/console/callback${search}`, { redirect: 'manual', headers: { cookie } })
    const value = attempt.split(';', 1)[0] ?? ''
    expect((await finish(value.replace('nexus-local', '__Host-nexus'))).status).toBe(403)
    const finished = await finish(value)
    expect(finished.headers.get('location')).toBe(`${local}/console/`)
    const lines = finished.headers.getSetCookie()
    expect(lines).toEqual([
      expect.stringMatching(/^nexus-local=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/),
      'nexus-local-sign-in=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ])
    const cookie = lines[0]?.split(';', 1)[0] ?? ''
    const whoami = (cookie: string) => fetch(`${stack.url}/console/api/v1/whoami`, { headers: { cookie } })
    expect((await whoami(cookie)).status).toBe(200)
    expect((await whoami(cookie.replace('nexus-local', '__Host-nexus'))).status).toBe(401)
  })
})
