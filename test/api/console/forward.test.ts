import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applicationToken, servers } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, raw, read, seedClient } from '../support.ts'
import { ask, ownPage, signedIn, startConsole } from './support.ts'

describe.skipIf(servers === null)('what the console asks the API', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startConsole()
  })
  afterAll(() => stack.close())

  const change = (cookie: string | null, id: string, init: RequestInit = {}) =>
    ask(stack, cookie, `/api${pathOf(id)}`, {
      method: 'PATCH',
      body: JSON.stringify({ applicationName: 'Shop' }),
      ...init,
      headers: { 'content-type': 'application/json', ...Object.fromEntries(new Headers(init.headers)) },
    })

  test('is asked as the user, through the application of the console', async () => {
    const { body } = await read(await ask(stack, await signedIn(stack), '/api/v1/whoami'))
    expect(body).toMatchObject({ id: 'auth0|tester', application: 'portal' })
  })

  test('is answered as to every caller, with the headers of the answer', async () => {
    const id = seedClient(stack)
    const cookie = await signedIn(stack)
    const found = await ask(stack, cookie, `/api${pathOf(id)}`)
    const direct = await stack.request(pathOf(id))
    expect(await found.json()).toEqual(await direct.json())
    expect(found.headers.get('etag')).toBe(direct.headers.get('etag'))
    const same = await ask(stack, cookie, `/api${pathOf(id)}`, {
      headers: { 'if-none-match': found.headers.get('etag') ?? '' },
    })
    expect(same.status).toBe(304)
    const head = await ask(stack, cookie, `/api${pathOf(id)}`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('changes a client, and what is refused is refused with the reason of the API', async () => {
    const id = seedClient(stack)
    const cookie = await signedIn(stack)
    const changed = await read(await change(cookie, id))
    expect(changed).toMatchObject({ status: 200, body: { applicationName: 'Shop' } })
    const refused = await read(await change(cookie, id, { body: '{"callbackUrls":["javascript:alert(1)"]}' }))
    expect(refused).toMatchObject({ status: 422, body: { type: '/problems/impossible' } })
    expect(refused.body.errors?.[0]?.pointer).toBe('/callbackUrls/0')
    const other = seedClient(stack, { client_metadata: { owners: '["auth0|somebody"]' } })
    expect(await read(await change(cookie, other))).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden' },
    })
  })

  test('is audited with the address and the request of the browser', async () => {
    const id = seedClient(stack)
    const answer = await change(await signedIn(stack), id, { headers: { 'x-request-id': randomUUID() } })
    const rows = await stack.query('select * from nexus.audit where target = $1 order by id', [id])
    expect(rows).toMatchObject([
      {
        action: 'client.patch',
        outcome: 'accepted',
        actor_id: 'auth0|tester',
        application: 'portal',
        address: '127.0.0.1',
        request_id: answer.headers.get('x-request-id'),
      },
    ])
  })

  test.each([
    { reason: 'no cookie', cookie: null },
    { reason: 'a cookie of nobody', cookie: '__Host-nexus=xKo3xUWZqcmM1Jm3nm0ixXo2GkWJ2CHH6mL0b2wZx1E' },
    { reason: 'the cookie of http', cookie: 'nexus-local=x' },
  ])('is asked by nobody who is not signed in: $reason', async ({ cookie }) => {
    const answer = await read(await ask(stack, cookie, '/api/v1/whoami'))
    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/signed-out' } })
    expect(answer.headers.has('www-authenticate')).toBe(false)
  })

  test('own credentials of a request are not passed on', async () => {
    const answer = await ask(stack, null, '/api/v1/whoami', {
      headers: { authorization: `Bearer ${stack.token()}`, 'x-application-token': applicationToken },
    })
    expect(answer.status).toBe(401)
  })

  test('changes nothing where the session ends while the body is still coming', async () => {
    const id = seedClient(stack)
    const cookie = await signedIn(stack)
    const body = '{"applicationName":"Shop"}'
    const sent = request(`${stack.url}/console/api${pathOf(id)}`, {
      method: 'PATCH',
      headers: { ...ownPage, cookie, 'content-type': 'application/json', 'content-length': body.length },
    })
    const answered = once(sent, 'response')
    sent.write(body.slice(0, 5))
    await sleep(300)
    await stack.query('delete from nexus.console_sessions')
    sent.end(body.slice(5))
    const [answer] = await answered
    expect(answer).toMatchObject({ statusCode: 401 })
    expect(await stack.query('select 1 from nexus.changes where client_id = $1', [id])).toEqual([])
  })

  test.each([
    { reason: 'another origin', headers: { origin: 'https://evil.example' } },
    { reason: 'another origin of the same site', headers: { origin: 'https://evil.nexus.example.com' } },
    { reason: 'the same host without TLS', headers: { origin: 'http://nexus.example.com' } },
    { reason: 'an origin that is hidden', headers: { origin: 'null' } },
    { reason: 'another site', headers: { ...ownPage, 'sec-fetch-site': 'cross-site' } },
    { reason: 'another page of the site', headers: { ...ownPage, 'sec-fetch-site': 'same-site' } },
    { reason: 'an address that somebody typed', headers: { ...ownPage, 'sec-fetch-site': 'none' } },
  ])('changes nothing for a page of elsewhere: $reason', async ({ headers }) => {
    const id = seedClient(stack)
    const answer = await read(await change(await signedIn(stack), id, { headers }))
    expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } })
    expect(stack.simulator.clients.get(id)?.['client_metadata']).not.toHaveProperty('application_name')
  })

  test('a browser that says nothing of the site is believed by its origin', async () => {
    const { 'sec-fetch-site': _, ...headers } = ownPage
    const answer = await fetch(`${stack.url}/console/api${pathOf(seedClient(stack))}`, {
      method: 'PATCH',
      headers: { ...headers, cookie: await signedIn(stack), 'content-type': 'application/json' },
      body: '{"applicationName":"Shop"}',
    })
    expect(answer.status).toBe(200)
  })

  test.each([
    { reason: 'probes', path: '/api/readyz' },
    { reason: 'metrics', path: '/api/metrics' },
    { reason: 'the text of a state', path: '/api/v1/tenants/acme/terraform/states/main' },
    { reason: 'the text of a version', path: '/api/v1/tenants/acme/terraform/states/main/versions/1' },
    { reason: 'itself', path: '/api/console/session' },
    { reason: 'nothing', path: '/api/v1/nothing' },
  ])('is nothing but what the document has: $reason', async ({ path }) => {
    const answer = await read(await ask(stack, await signedIn(stack), path))
    expect([404, 405]).toContain(answer.status)
  })

  // As no browser sends it: they follow dots themselves.
  test.each(['%2e%2e', '..', '.', '%2E'])('a name in a path that is %s leads nowhere', async (name) => {
    const cookie = await signedIn(stack)
    const path = `/console/api/v1/tenants/acme/clients/${name}/changes`
    const answer = await raw(stack, `GET ${path} HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
  })

  test('which Terraform states there are is told', async () => {
    const cookie = await signedIn(stack, { permissions: ['terraform.state'] })
    const answer = await ask(stack, cookie, '/api/v1/tenants/acme/terraform/states')
    expect(answer.status).toBe(200)
  })

  const admin = ['tenant.admin', 'client.read.all', 'client.secret.read', 'terraform.state.force-unlock']
  test.each([
    { reason: 'a secret', method: 'GET', path: () => `${pathOf(seedClient(stack))}?include=secret` },
    { reason: 'a new application, which has a secret', method: 'POST', path: () => '/v1/admin/applications' },
    { reason: 'a new secret of an application', method: 'POST', path: () => '/v1/admin/applications/x/rotate' },
    { reason: 'the end of an application', method: 'DELETE', path: () => '/v1/admin/applications/x' },
    { reason: 'a new account, which has a password', method: 'POST', path: () => '/v1/admin/accounts' },
    { reason: 'a new password', method: 'POST', path: () => '/v1/admin/accounts/x/rotate' },
    { reason: 'the end of an account', method: 'DELETE', path: () => '/v1/admin/accounts/x' },
    { reason: 'a lock', method: 'UNLOCK', path: () => '/v1/tenants/acme/terraform/states/main' },
  ])('asks for a sign-in of the last five minutes: $reason', async ({ method, path }) => {
    const cookie = await signedIn(stack, { permissions: admin })
    const where = `/api${path()}`
    const before = await ask(stack, cookie, where, { method })
    expect(before.status).not.toBe(403)
    await stack.query("update nexus.console_sessions set signed_in_at = signed_in_at - interval '5 minutes'")
    const after = await read(await ask(stack, cookie, where, { method }))
    expect(after).toMatchObject({ status: 403, body: { type: '/problems/sign-in-needed' } })
  })

  test('nothing else does', async () => {
    const cookie = await signedIn(stack)
    await stack.query("update nexus.console_sessions set signed_in_at = signed_in_at - interval '1 hour'")
    expect((await change(cookie, seedClient(stack))).status).toBe(200)
  })

  test('metrics have the names of routes, and no address', async () => {
    await ask(stack, await signedIn(stack), `/api${pathOf(seedClient(stack))}`)
    const text = await (await fetch(`${stack.url}/metrics`)).text()
    expect(text).toContain('route="/console/api/v1/tenants/:tenantId/clients/:clientId"')
  })
})
