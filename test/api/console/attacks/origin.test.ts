import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forwardedOf } from '../../../../api/console/forwarded.ts'
import { safeMethods } from '../../../../api/console/origin.ts'
import { routes } from '../../../../api/routes.ts'
import { servers } from '../../../support/stack.ts'
import type { Stack } from '../../../support/stack.ts'
import { pathOf, read, seedClient } from '../../support.ts'
import { application, openBrowser, signIn, users } from '../browser.ts'
import { ownPage, publicUrl, startConsole } from '../support.ts'
import { isSignedIn, sessionOf } from './steps.ts'

/** What a page of somebody else's can make a browser send, and what no browser sends at all. */
const forged: readonly { readonly reason: string; readonly headers: Readonly<Record<string, string>> }[] = [
  { reason: 'a form of another site', headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
  { reason: 'a neighbour', headers: { origin: 'https://evil.nexus.example.com', 'sec-fetch-site': 'same-site' } },
  { reason: 'a site that is allowed to call the API', headers: { origin: 'https://portal.example.com' } },
  { reason: 'a page in a sandbox', headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } },
  { reason: 'the same host on another port', headers: { ...ownPage, origin: 'https://nexus.example.com:8443' } },
  { reason: 'the same host by http', headers: { ...ownPage, origin: 'http://nexus.example.com' } },
  { reason: 'a host that begins alike', headers: { ...ownPage, origin: 'https://nexus.example.com.evil.example' } },
  { reason: 'two origins', headers: { ...ownPage, origin: 'https://nexus.example.com, https://evil.example' } },
  { reason: 'an origin with a path', headers: { ...ownPage, origin: publicUrl } },
  { reason: 'an origin and another site', headers: { ...ownPage, 'sec-fetch-site': 'cross-site' } },
  {
    reason: 'a referrer in place of an origin',
    headers: { referer: `${publicUrl}/console/`, 'sec-fetch-site': 'same-origin' },
  },
  { reason: 'a browser that says nothing', headers: {} },
]

const changing = forwardedOf(routes)
  .filter(({ method }) => !safeMethods.includes(method))
  .map(({ method, path }) => ({ method, path: `/console/api${path.replaceAll(/:\w+/g, 'x')}` }))

describe.skipIf(servers === null)('what a page of elsewhere makes a browser send', () => {
  let stack: Stack
  let cookie: string
  beforeAll(async () => {
    stack = await startConsole({
      simulator: { users, seed: [application] },
      file: { server: { host: '127.0.0.1', port: 0, corsOrigins: ['https://portal.example.com'] } },
    })
    const browser = openBrowser(stack)
    await signIn(browser)
    cookie = sessionOf(browser)
  })
  afterAll(() => stack.close())

  test('every address that changes something is tried', () => {
    expect(changing.length).toBeGreaterThan(20)
  })

  describe.each([...changing, { method: 'POST', path: '/console/sign-out' }])('$method $path', ({ method, path }) => {
    test('is refused before anything else, whatever it claims', async () => {
      const answers = await Promise.all(
        forged.map(async ({ reason, headers }) => {
          const sent = { method, headers: { cookie, 'content-type': 'application/json', ...headers }, body: '{}' }
          const { status, body } = await read(await fetch(`${stack.url}${path}`, sent))
          return { reason, status, detail: body.detail }
        }),
      )
      const detail = 'This can only be asked for by the console itself, and the request comes from elsewhere.'
      expect(answers).toEqual(forged.map(({ reason }) => ({ reason, status: 403, detail })))
    })
  })

  test.each(forged)('changes nothing in the tenant and leaves the session as it is: $reason', async ({ headers }) => {
    const id = seedClient(stack)
    await fetch(`${stack.url}/console/api${pathOf(id)}`, {
      method: 'PATCH',
      headers: { cookie, 'content-type': 'text/plain', ...headers },
      body: '{"applicationName":"Evil"}',
    })
    expect(stack.simulator.clients.get(id)?.['client_metadata']).not.toHaveProperty('application_name')
    const browser = openBrowser(stack)
    browser.plant('__Host-nexus', cookie.slice('__Host-nexus='.length))
    expect(await isSignedIn(browser)).toBe(true)
  })

  // What a page may read of another origin's answers, the answers say.
  test.each(['/console/session', '/console/api/v1/whoami', '/console/api/v1/tenants'])(
    'no page of elsewhere reads %s with the cookie, not even one that may call the API',
    async (path) => {
      const headers = { cookie, origin: 'https://portal.example.com', 'sec-fetch-site': 'same-site' }
      const answer = await fetch(`${stack.url}${path}`, { headers })
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      const asked = await fetch(`${stack.url}${path}`, {
        method: 'OPTIONS',
        headers: { ...headers, 'access-control-request-method': 'PATCH' },
      })
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
    },
  )

  test.each([
    '/console/session',
    '/console/api/v1/whoami',
    '/console/api/v1/tenants',
    '/console/api/v1/tenants/acme/clients',
    '/console/api/v1/nothing',
    '/console/',
  ])('no cache between gives %s to somebody else: a cookie makes no answer private by itself', async (path) => {
    const answer = await fetch(`${stack.url}${path}`, { headers: { cookie } })
    expect(answer.headers.get('cache-control')).toMatch(/no-store|private/)
  })
})
