import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hashToken, issueToken } from '../../../adapters/credentials/application-tokens.ts'
import { createHttp } from '../../../adapters/http/http.ts'
import { createOidc } from '../../../adapters/oidc/oidc.ts'
import type { Oidc } from '../../../adapters/oidc/oidc.ts'
import { SignInUnavailable } from '../../../adapters/oidc/errors.ts'
import { connect } from '../../../adapters/postgres/database/connect.ts'
import type { Postgres } from '../../../adapters/postgres/database/connect.ts'
import { createCallerStore } from '../../../adapters/postgres/callers.ts'
import { createSessions } from '../../../adapters/postgres/sessions.ts'
import type { Sessions } from '../../../adapters/postgres/sessions.ts'
import { accessTokenOf } from '../../../api/console/access-token.ts'
import { findSession, hashOf } from '../../../api/console/session.ts'
import { servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { read } from '../support.ts'
import { application, openBrowser, signIn, users } from './browser.ts'
import { consoleSettings, rules, sealing, startConsole } from './support.ts'

const lost = () => Object.assign(new Error('The connection was lost.'), { code: '57P01' })

const whoami = (browser: ReturnType<typeof openBrowser>) => browser.ask('api/v1/whoami').then(read)

describe.skipIf(servers === null)('an access token that ends', () => {
  let stack: Stack
  let postgres: Postgres
  beforeAll(async () => {
    stack = await startConsole({ simulator: { users } })
    stack.simulator.seed(application)
    postgres = connect(stack.databaseUrl, () => undefined)
  })
  afterAll(async () => {
    await postgres.close()
    await stack.close()
  })
  beforeEach(() => stack.query('delete from nexus.console_sessions'))

  /** The access token ends in so long. */
  const endsIn = (time: string) =>
    stack.query('update nexus.console_sessions set access_until = now() + $1::interval', [time])
  const sealed = async (): Promise<unknown> => (await stack.query('select sealed from nexus.console_sessions'))[0]
  const browserOf = async () => {
    const browser = openBrowser(stack)
    await signIn(browser)
    return browser
  }

  test.each([
    { reason: 'in time', time: '59 seconds' },
    { reason: 'where it has ended already', time: '-1 hour' },
  ])('is renewed $reason, and the new one can be renewed again', async ({ time }) => {
    const browser = await browserOf()
    for (let turn = 0; turn < 3; turn += 1) {
      const before = await sealed()
      await endsIn(time)
      expect(await whoami(browser)).toMatchObject({ status: 200, body: { id: 'auth0|tester' } })
      expect(await sealed()).not.toEqual(before)
    }
  })

  test('is renewed once for all tabs: a second time would be reuse, and end the session', async () => {
    const browser = await browserOf()
    await endsIn('-1 second')
    const answers = await Promise.all(Array.from({ length: 20 }, () => whoami(browser)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    await endsIn('-1 second')
    expect((await whoami(browser)).status).toBe(200)
  })

  test('is renewed once for all processes', async () => {
    const browser = await browserOf()
    const other = await stack.also({ api: true, worker: false })
    const cookie = `__Host-nexus=${browser.cookies().get('__Host-nexus') ?? ''}`
    for (let turn = 0; turn < 3; turn += 1) {
      await endsIn('-1 second')
      const asked = [stack.url, other.url].flatMap((url) =>
        Array.from({ length: 5 }, () => fetch(`${url ?? ''}/console/api/v1/whoami`, { headers: { cookie } })),
      )
      const answers = await Promise.all(asked)
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    }
  })

  test('is not renewed for somebody who has signed out at the issuer, or whose grant was revoked: the session ends', async () => {
    const browser = await browserOf()
    const session = await findSession(
      { sessions: createSessions(postgres.db, sealing, rules), settings: { ...consoleSettings, ...rules } },
      hashOf(browser.cookies().get('__Host-nexus') ?? ''),
    )
    await fetch(`${stack.simulator.url}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: application.client_id,
        client_secret: application.client_secret,
        token: session?.refreshToken ?? '',
      }),
    })
    await endsIn('30 seconds')
    expect(await whoami(browser)).toMatchObject({ status: 401, body: { type: '/problems/signed-out' } })
    expect(await sealed()).toBeUndefined()
  })

  /** Renews the token of a browser, with steps of it as they go in the middle of that. */
  const renew = async (
    browser: ReturnType<typeof openBrowser>,
    { oidc, keep }: { oidc?: (real: Oidc) => Partial<Oidc>; keep?: (real: Sessions) => Sessions['renew'] },
  ) => {
    const settings = { ...consoleSettings, ...rules }
    const issuer = { issuer: stack.simulator.issuer, audience: 'urn:nexus', allowInsecure: true }
    const real = createOidc(createHttp({}), { ...settings, ...issuer }, () => performance.now())
    const sessions = createSessions(postgres.db, sealing, rules)
    const session = await sessions.find(hashOf(browser.cookies().get('__Host-nexus') ?? ''))
    if (session === undefined) throw new Error('There is a session.')
    const console = {
      oidc: { ...real, ...oidc?.(real) },
      sessions: { ...sessions, ...(keep && { renew: keep(sessions) }) },
      settings,
    }
    return accessTokenOf({ console, log: { warn: () => undefined } }, session)
  }

  describe('in the middle of which something happens', () => {
    test('whoever signs out is signed out, though the issuer does not answer then and the old token is still good', async () => {
      const browser = await browserOf()
      await endsIn('30 seconds')
      const renewed = renew(browser, {
        oidc: (real) => ({
          renew: async (...given) => {
            const tokens = await real.renew(...given)
            await stack.query('delete from nexus.console_sessions')
            return tokens
          },
          revoke: () => Promise.reject(new SignInUnavailable(stack.simulator.issuer, undefined)),
        }),
      })
      await expect(renewed).rejects.toMatchObject({ code: 'signed-out' })
    })

    test.each([
      { reason: 'before it keeps the tokens', keeps: false },
      { reason: 'after it has kept them, before its answer', keeps: true },
    ])('a database that goes away for a moment $reason ends no session', async ({ keeps }) => {
      const browser = await browserOf()
      await endsIn('-1 second')
      let tries = 0
      const token = await renew(browser, {
        keep:
          ({ renew }) =>
          async (...given) => {
            tries += 1
            if (tries > 1) return renew(...given)
            if (keeps) await renew(...given)
            throw lost()
          },
      })
      expect(token).toMatch(/^eyJ/)
      await endsIn('-1 second')
      expect((await whoami(browser)).status, 'and the new tokens can be renewed').toBe(200)
    })
  })

  describe('while the issuer is away', () => {
    const nowhere = { issuer: 'http://127.0.0.1:1/', audience: 'urn:nexus', allowInsecure: true }
    const away = createOidc(createHttp({}), { ...consoleSettings, ...rules, ...nowhere }, () => performance.now())
    const tokenOf = (browser: ReturnType<typeof openBrowser>) => renew(browser, { oidc: () => away })

    test('the old one is used while it is good', async () => {
      const browser = await browserOf()
      await endsIn('30 seconds')
      expect(await tokenOf(browser)).toMatch(/^eyJ/)
      expect(await tokenOf(browser), 'and the issuer is left alone for a while').toMatch(/^eyJ/)
    })

    test('who has none that is good is asked to come again, and is not signed out', async () => {
      const browser = await browserOf()
      await endsIn('-1 second')
      await expect(tokenOf(browser)).rejects.toMatchObject({ code: 'unavailable' })
      await stack.query('update nexus.console_sessions set renewing_until = null')
      expect((await whoami(browser)).status).toBe(200)
    })

    test('nobody can sign in, and is told so', async () => {
      await expect(away.begin(false)).rejects.toThrow(SignInUnavailable)
    })
  })
})

describe.skipIf(servers === null)('the application of the console', () => {
  test('ends all sessions when it is revoked, and nobody signs in by it any more', async () => {
    const token = issueToken()
    const stack = await startConsole({ simulator: { users }, console: { applicationToken: token } })
    stack.simulator.seed(application)
    const { db, close } = connect(stack.databaseUrl, () => undefined, { size: 1 })
    try {
      const unknown = await signIn(openBrowser(stack))
      expect([unknown.status, await unknown.text()]).toEqual([403, expect.stringContaining('is not known')])

      const grant = { tenants: '*' as const, permissions: null, roles: [], products: null, terraformStates: [] }
      await createCallerStore(db).application.create({
        name: 'console',
        grant,
        hash: hashToken(token),
        expiresAt: null,
        createdBy: null,
      })
      const browser = openBrowser(stack)
      await signIn(browser)
      expect(await read(await browser.ask('api/v1/whoami'))).toMatchObject({ body: { application: 'console' } })

      const admin = stack.token({ permissions: ['tenant.admin'] })
      await stack.request('/v1/admin/applications/console', { method: 'DELETE', as: admin })
      const ended = await read(await browser.ask('api/v1/whoami'))
      expect(ended).toMatchObject({ status: 401, body: { type: '/problems/signed-out' } })
      expect(await stack.query('select 1 from nexus.console_sessions where ends_at > clock_timestamp()')).toEqual([])
      const again = await signIn(browser)
      expect([again.status, await again.text()]).toEqual([403, expect.stringContaining('is not known')])
    } finally {
      await close()
      await stack.close()
    }
  })
})
