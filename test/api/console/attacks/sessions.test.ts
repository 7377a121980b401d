import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../../../adapters/postgres/database/connect.ts'
import { createSessions } from '../../../../adapters/postgres/sessions.ts'
import { hashOf } from '../../../../api/console/session.ts'
import { servers } from '../../../support/stack.ts'
import type { Stack } from '../../../support/stack.ts'
import { pathOf, seedClient } from '../../support.ts'
import { application, openBrowser, signIn, users } from '../browser.ts'
import type { Browser } from '../browser.ts'
import { ask, consoleSettings, sealing, startConsole } from '../support.ts'
import { isSignedIn, opens, sessionIn, sessionOf } from './steps.ts'

describe.skipIf(servers === null)('a session of the console', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole({
      simulator: { users, seed: [application] },
      // A worker gets tokens where sessions get theirs, and ends sessions itself.
      roles: { api: true, worker: false },
    })
  })
  afterAll(() => stack.close())
  beforeEach(() => stack.query('delete from nexus.console_sessions'))

  const signedIn = async (): Promise<Browser> => {
    const browser = openBrowser(stack)
    await signIn(browser)
    expect(await isSignedIn(browser)).toBe(true)
    return browser
  }
  const expireAccess = () => stack.query('update nexus.console_sessions set access_until = clock_timestamp()')
  const refreshes = (): number => stack.simulator.stats.byRoute['POST /oauth/token 200'] ?? 0
  const atIssuer = (token: string | null): Promise<Response> =>
    fetch(`${stack.simulator.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: consoleSettings.clientId,
        client_secret: consoleSettings.clientSecret,
        refresh_token: token ?? '',
      }),
    })

  test('is over after sign-out: its cookie opens nothing, its refresh token gives nothing', async () => {
    const browser = await signedIn()
    const cookie = sessionOf(browser)
    const { refreshToken } = await sessionIn(stack, browser)
    expect((await browser.ask('sign-out', { method: 'POST' })).status).toBe(200)
    for (const path of ['/session', '/api/v1/whoami', `/api${pathOf(seedClient(stack))}`])
      expect((await ask(stack, cookie, path)).status).toBe(401)
    expect((await atIssuer(refreshToken)).status).toBe(403)
  })

  test('is over in every process at once', async () => {
    const other = await stack.also({ api: true, worker: false })
    const browser = await signedIn()
    const cookie = sessionOf(browser)
    const elsewhere = () => fetch(`${other.url ?? ''}/console/api/v1/whoami`, { headers: { cookie } })
    expect((await elsewhere()).status).toBe(200)
    await browser.ask('sign-out', { method: 'POST' })
    expect((await elsewhere()).status).toBe(401)
  })

  test('is renewed once for all tabs and processes that ask at the same time', async () => {
    const other = await stack.also({ api: true, worker: false })
    const browser = await signedIn()
    const cookie = sessionOf(browser)
    const before = await sessionIn(stack, browser)
    await expireAccess()
    const so = refreshes()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fetch(`${index % 2 === 0 ? stack.url : (other.url ?? '')}/console/api/v1/whoami`, { headers: { cookie } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(refreshes() - so).toBe(1)
    expect((await sessionIn(stack, browser)).refreshToken).not.toBe(before.refreshToken)
  })

  test('ends when somebody else has used its refresh token, and so does what they got by it', async () => {
    const browser = await signedIn()
    const stolen = await atIssuer((await sessionIn(stack, browser)).refreshToken)
    expect(stolen.status).toBe(200)
    await expireAccess()
    expect(await opens(stack, sessionOf(browser))).toBe(false)
    expect(await stack.query('select 1 from nexus.console_sessions')).toEqual([])
    const { refresh_token: next } = JSON.parse(await stolen.text())
    expect((await atIssuer(String(next))).status).toBe(403)
  })

  test('stays while the issuer does not know the secret of the application: that is no fault of the person', async () => {
    const browser = await signedIn()
    stack.simulator.seed({ ...application, client_secret: 'another' })
    await expireAccess()
    const answer = await ask(stack, sessionOf(browser), '/api/v1/whoami')
    expect(answer.status).toBe(503)
    expect((await signIn(openBrowser(stack))).status).toBe(503)
    stack.simulator.seed(application)
    await stack.query('update nexus.console_sessions set renewing_until = null')
    expect(await opens(stack, sessionOf(browser))).toBe(true)
  })

  test('that somebody leaves while it is renewed does not come back, and its new tokens are revoked', async () => {
    const browser = await signedIn()
    const revocations = (): number => stack.simulator.stats.byRoute['POST /oauth/revoke 200'] ?? 0
    await expireAccess()
    const [so, renewed] = [revocations(), refreshes()]
    // Longer than signing out takes, which is to come before the new tokens.
    stack.simulator.setFaults({ latencyMs: 3000 })
    const late = ask(stack, sessionOf(browser), '/api/v1/whoami')
    await expect
      .poll(() => stack.query('select 1 from nexus.console_sessions where renewing is not null'))
      .toHaveLength(1)
    expect((await browser.ask('sign-out', { method: 'POST' })).status).toBe(200)
    expect((await late).status).toBe(401)
    stack.simulator.setFaults({})
    expect([refreshes() - renewed, revocations() - so]).toEqual([1, 2])
    expect(await stack.query('select 1 from nexus.console_sessions')).toEqual([])
  })

  test("'s access token that the API refuses ends it", async () => {
    const browser = await signedIn()
    const { db, close } = connect(stack.databaseUrl, () => undefined, { size: 1 })
    const id = 'x'.repeat(43)
    const { hash: _hash, now: _now, ...session } = await sessionIn(stack, browser)
    await createSessions(db, sealing, { idleMs: 1, atMostMs: 3_600_000 }).begin(hashOf(id), {
      ...session,
      accessToken: stack.simulator.issueUserToken({ sub: 'auth0|tester', audience: 'urn:other' }),
      accessMs: 3_600_000,
    })
    await close()
    expect(await opens(stack, `__Host-nexus=${id}`)).toBe(false)
    expect(await stack.query('select 1 from nexus.console_sessions where ends_at > clock_timestamp()')).toHaveLength(1)
  })
})
