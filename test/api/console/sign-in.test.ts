import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'
import { application, openBrowser, signIn, users } from './browser.ts'
import { publicUrl, startConsole } from './support.ts'

describe.skipIf(servers === null)('signing in to the console', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole({ simulator: { users } })
    stack.simulator.seed(application)
  })
  afterAll(() => stack.close())
  beforeEach(() => stack.query('delete from nexus.console_sessions'))

  const sessions = () => stack.query('select user_id, signed_in_at from nexus.console_sessions')
  const records = (action: string) =>
    stack.query('select outcome, actor_id, application, reason from nexus.audit where action = $1', [action])

  test('leads to the issuer and back to the page, and the user is who they are at the API', async () => {
    const browser = openBrowser(stack)
    const begun = await browser.go('sign-in?return=/tenants/acme%3Fsearch%3Dshop')
    expect(begun.status).toBe(302)
    const address = new URL(begun.headers.get('location') ?? '')
    expect(`${address.origin}/`).toBe(stack.simulator.issuer)
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'consoleApplication',
      redirect_uri: `${publicUrl}/console/callback`,
      scope: 'openid profile email offline_access',
      audience: 'urn:nexus',
      code_challenge_method: 'S256',
    })
    const answer = await signIn(browser, '?return=/tenants/acme%3Fsearch%3Dshop')
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(`${publicUrl}/console/tenants/acme?search=shop`)
    const session = await read(await browser.ask('session'))
    expect(session.body['user']).toEqual({ id: 'auth0|tester', name: 'Tess Tester', email: 'tess@example.com' })
    const { body } = await read(await browser.ask('api/v1/whoami'))
    expect(body).toMatchObject({ id: 'auth0|tester', application: 'portal' })
  })

  test('gives a cookie that no script reads, no neighbour sets and no other site sends but by a link', async () => {
    const browser = openBrowser(stack)
    const answer = await signIn(browser)
    const line = answer.headers.getSetCookie().find((one) => one.startsWith('__Host-nexus='))
    expect(line).toMatch(/^__Host-nexus=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect([...browser.cookies().keys()]).toEqual(['__Host-nexus'])
  })

  test('begins a new session, and ends the one that the browser had', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const before = browser.cookies().get('__Host-nexus')
    await signIn(browser)
    expect(browser.cookies().get('__Host-nexus')).not.toBe(before)
    expect(await sessions()).toHaveLength(1)
  })

  test('works in several tabs at once', async () => {
    const browser = openBrowser(stack)
    const [first, second] = [await browser.atIssuer('?return=/one'), await browser.atIssuer('?return=/two')]
    expect((await browser.go(second)).headers.get('location')).toBe(`${publicUrl}/console/two`)
    expect((await browser.go(first)).headers.get('location')).toBe(`${publicUrl}/console/one`)
  })

  test('again shows the sign-in page where a fresh one is asked for, and the sign-in is fresh then', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const known = await browser.go((await browser.go('sign-in')).headers.get('location') ?? '')
    expect(known.status, 'the issuer knows the person').toBe(302)
    const asked = new URL((await browser.go('sign-in?fresh=true')).headers.get('location') ?? '')
    expect(asked.searchParams.get('prompt')).toBe('login')
    expect(asked.searchParams.get('max_age')).toBe('0')
    expect((await browser.go(asked.href)).status).toBe(200)
    await signIn(browser, '?fresh=true')
    const { body } = await read(await browser.ask('session'))
    expect(Date.parse(String(body['freshUntil']))).toBeGreaterThan(Date.now() + 290_000)
  })

  test('is recorded with who signed in, and so is signing out', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const accepted = { outcome: 'accepted', actor_id: 'auth0|tester', application: 'portal', reason: null }
    expect((await records('console.sign-in')).at(-1)).toEqual(accepted)
    await browser.ask('sign-out', { method: 'POST' })
    expect(await records('console.sign-out')).toEqual([accepted])
  })

  test.each([
    { reason: 'the issuer says no', change: { code: null, error: 'access_denied' }, says: 'did not let you in' },
    { reason: 'a state that this browser has not begun', change: { state: 'x' }, says: 'has not begun' },
    { reason: 'no state', change: { state: null }, says: 'has not begun' },
    { reason: 'a code of nobody', change: { code: 'x' }, says: 'used already' },
    { reason: 'no code', change: { code: null }, says: 'does not belong' },
  ])('is refused with a page that says why: $reason', async ({ change, says }) => {
    const browser = openBrowser(stack)
    const address = new URL(await browser.atIssuer())
    for (const [name, value] of Object.entries(change))
      if (value === null) address.searchParams.delete(name)
      else address.searchParams.set(name, value)
    const answer = await browser.go(address.href)
    const text = await answer.text()
    expect([answer.status, text]).toEqual([403, expect.stringContaining(says)])
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(text).toContain(answer.headers.get('x-request-id'))
    expect(await sessions()).toEqual([])
    expect(browser.cookies().has('__Host-nexus')).toBe(false)
  })

  test('a code is good once', async () => {
    const browser = openBrowser(stack)
    const address = await browser.atIssuer()
    expect((await browser.go(address)).status).toBe(302)
    expect((await browser.go(address)).status).toBe(403)
  })

  test('ends on both sides by signing out', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const { status, body, headers } = await read(await browser.ask('sign-out', { method: 'POST' }))
    expect(status).toBe(200)
    expect(headers.get('set-cookie')).toMatch(/^__Host-nexus=; Max-Age=0; /)
    const address = new URL(String(body['location']))
    expect(`${address.origin}/`).toBe(stack.simulator.issuer)
    expect(address.searchParams.get('post_logout_redirect_uri')).toBe(`${publicUrl}/console/`)
    const left = await browser.go(address.href)
    expect([left.status, left.headers.get('location')]).toEqual([302, `${publicUrl}/console/`])
    expect(await sessions()).toEqual([])
    const again = await browser.go((await browser.go('sign-in')).headers.get('location') ?? '')
    expect(again.status, 'the issuer does not know the person any more').toBe(200)
  })

  test('somebody who is signed out signs out as well, and nothing is recorded', async () => {
    const before = await records('console.sign-out')
    const { status } = await openBrowser(stack).ask('sign-out', { method: 'POST' })
    expect(status).toBe(200)
    expect(await records('console.sign-out')).toEqual(before)
  })

  test('nobody is signed out by a page of elsewhere', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    const answer = await browser.go('sign-out', { method: 'POST', headers: { origin: 'https://evil.example' } })
    expect(answer.status).toBe(403)
    expect(await sessions()).toHaveLength(1)
  })

  test('the browser sees no token of the issuer, and neither does the log', async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    await browser.ask('session')
    await browser.ask('api/v1/whoami')
    await browser.ask('sign-out', { method: 'POST' })
    const seen = await Promise.all(
      browser.visited.map(async (answer) => JSON.stringify([...answer.headers]) + (await answer.text())),
    )
    for (const text of [...seen, ...stack.logLines()]) expect(text).not.toMatch(/eyJ[A-Za-z0-9_-]{20,}/)
    const id = /__Host-nexus=([A-Za-z0-9_-]{43})/.exec(seen.join(''))?.[1] ?? 'none'
    expect(stack.logLines().join('')).not.toContain(id)
  })
})

describe.skipIf(servers === null)('a console over http on this machine', () => {
  test('has a cookie of another name', async () => {
    const local = 'http://127.0.0.1:8080'
    const stack = await startConsole({ simulator: { users }, console: { publicUrl: local } })
    stack.simulator.seed({ ...application, callbacks: [`${local}/console/callback`] })
    try {
      const begun = await fetch(`${stack.url}/console/sign-in`, { redirect: 'manual' })
      expect(begun.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^nexus-local-sign-in=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/),
      ])
    } finally {
      await stack.close()
    }
  })
})

test.skipIf(servers === null)('an outage of the issuer is no failed sign-in, and locks nobody out', async () => {
  const limits = { failedSignInsOfAddress: 1, failedSignInsOfName: 1 }
  const stack = await startConsole({ simulator: { users }, file: { limits } })
  try {
    stack.simulator.seed(application)
    const browser = openBrowser(stack)
    const address = new URL(await browser.atIssuer())
    const code = address.searchParams.get('code') ?? ''
    address.searchParams.delete('code')
    address.searchParams.set('error', 'temporarily_unavailable')
    for (let turn = 0; turn < 3; turn += 1) expect((await browser.go(address.href)).status).toBe(503)
    address.searchParams.delete('error')
    address.searchParams.set('code', code)
    expect((await browser.go(address.href)).status).toBe(302)
  } finally {
    await stack.close()
  }
})
