import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { pathOf, raw, read, seedClient } from '../support.ts'

describe.skipIf(servers === null)('problems', () => {
  let stack: Stack
  let clientId: string
  beforeAll(async () => {
    stack = await startStack()
    clientId = seedClient(stack)
    await stack.patch(clientId, {})
  })
  afterAll(() => stack.close())

  const idOf = async (given: string) =>
    (await stack.request('/healthz', { headers: { 'x-request-id': given } })).headers.get('x-request-id')
  const all = () => stack.token({ permissions: ['client.write.all'] })

  test('have the shape of RFC 9457', async () => {
    const answer = await read(await stack.patch(clientId, { nmae: 'x', callbackUrls: 'https://a.test' }))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.body).toEqual({
      type: '/problems/malformed',
      title: expect.any(String),
      status: 400,
      detail: expect.any(String),
      instance: pathOf(clientId),
      errors: [
        { pointer: '/callbackUrls', detail: expect.stringMatching(/array of strings/) },
        { pointer: '/nmae', detail: expect.any(String) },
      ],
    })
  })

  describe('of the body', () => {
    test.each([
      { reason: 'empty', body: '', status: 400 },
      { reason: 'not JSON', body: '{', status: 400 },
      { reason: 'not an object', body: '[]', status: 400 },
      { reason: 'a key twice', body: '{"owners":[],"owners":["x"]}', status: 400 },
      { reason: '__proto__', body: '{"__proto__":{"owners":["x"]}}', status: 400 },
      { reason: 'a megabyte', body: JSON.stringify({ productName: 'x'.repeat(1_000_000) }), status: 413 },
      { reason: 'a megabyte of brackets', body: '['.repeat(1_000_000), status: 413 },
      { reason: 'deep', body: '['.repeat(200_000), status: 400 },
    ])('$reason: $status', async ({ body, status }) => {
      const answer = await read(await stack.patch(clientId, body))
      expect(answer).toMatchObject({ status, body: { status } })
    })

    test('not UTF-8', async () => {
      const answer = await stack.request(pathOf(clientId), {
        method: 'PATCH',
        body: new Uint8Array([0x7b, 0xff, 0x7d]),
        headers: { 'content-type': 'application/json' },
      })
      expect(answer.status).toBe(400)
    })

    test('too large without saying so first: 413, as soon as it is', async () => {
      const chunk = new Uint8Array(65_536).fill(0x20)
      const body = new ReadableStream({
        pull: (controller) => {
          controller.enqueue(chunk)
        },
      })
      const answer = await stack.request(pathOf(clientId), {
        method: 'PATCH',
        body,
        headers: { 'content-type': 'application/json' },
        duplex: 'half',
      })
      expect(answer.status).toBe(413)
    })

    test.each([
      { reason: 'a type that is not supported', headers: { 'content-type': 'text/plain' } },
      { reason: 'a type that cannot be read', headers: { 'content-type': 'nonsense' } },
      { reason: 'compressed', headers: { 'content-encoding': 'gzip' } },
    ])('415 with Accept-Patch: $reason', async ({ headers }) => {
      const answer = await read(await stack.patch(clientId, {}, { headers }))
      expect(answer).toMatchObject({ status: 415, body: { type: '/problems/unsupported-media-type' } })
      expect(answer.headers.get('accept-patch')).toContain('application/merge-patch+json')
    })

    test('415 for JSON Patch operations', async () => {
      const headers = { 'content-type': 'application/json-patch+json' }
      const answer = await stack.patch(clientId, [{ op: 'replace', path: '/owners', value: [] }], { headers })
      expect(answer.status).toBe(415)
    })
  })

  test('a parameter that this server does not know is never taken for nothing', async () => {
    const answer = await stack.request(`${pathOf(clientId)}?dry_run=true`, {
      method: 'PATCH',
      body: '{"productName":"x"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(400)
    expect(stack.simulator.clients.get(clientId)?.['client_metadata']).toMatchObject({ product_name: 'Shop' })
  })

  describe('of the address', () => {
    test.each([
      '/v1/tenants/globex/clients/x',
      '/v1/tenants/ACME/clients/x',
      '/v1/tenants/acme/clients/%2e%2e',
      '/v1/tenants/acme/clients/%00',
      `/v1/tenants/acme/clients/${'x'.repeat(256)}`,
      `/v1/tenants/acme/clients/${'x'.repeat(5000)}`,
      '/v1/tenants/%2e%2e/clients/x',
      '/v1/tenants/acme%2fclients/clients/x',
      '/v1/tenants/acme/clients/%zz',
      '/v1/tenants/acme/clients/',
      '/v1/tenants/acme/clients/x/',
      '/v1/tenants/__proto__/clients/x',
      '/v1/tenants/constructor/clients/x',
      '//v1/tenants/acme/clients/x',
      '/v2',
      '/',
    ])('GET %.60s is a 404', async (path) => {
      const before = stack.simulator.stats
      const answer = await read(await stack.request(path, { as: all() }))
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found', status: 404 } })
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
      expect(stack.simulator.stats).toEqual(before)
    })

    test.each(['a%2fb', '..%2fx', '%C5%BElu%C5%A5', 'x%20y', 'x'.repeat(255)])(
      'GET …/clients/%.60s is a 404 of a client that could be there: Auth0 is asked for one of that id',
      async (segment) => {
        const before = stack.simulator.stats.byRoute['GET /api/v2/clients/{id} 404'] ?? 0
        const answer = await read(await stack.request(`/v1/tenants/acme/clients/${segment}`, { as: all() }))
        expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found', status: 404 } })
        expect(stack.simulator.stats.byRoute['GET /api/v2/clients/{id} 404']).toBe(before + 1)
      },
    )

    test.each(['/v1/tenants/acme/clients/..', '/v1/tenants/../clients/x', '/v1/tenants/acme/clients/./x'])(
      'PATCH %s as it stands, which fetch would not send, is a 404',
      async (path) => {
        const head = `PATCH ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${all()}\r\nx-application-token: nxa_test-application-token\r\n`
        const answer = await raw(
          stack,
          `${head}content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
        )
        expect(answer).toMatch(/^HTTP\/1.1 404 /)
        expect(answer).toContain('application/problem+json')
      },
    )

    test.each([
      { method: 'DELETE', path: '/v1/tenants/acme/clients/x', allow: 'GET, HEAD, PATCH' },
      { method: 'POST', path: '/v1/tenants/acme/clients/x', allow: 'GET, HEAD, PATCH' },
      { method: 'PROPFIND', path: '/v1/tenants/acme/clients/x', allow: 'GET, HEAD, PATCH' },
      { method: 'PATCH', path: '/v1/tenants/acme/changes/x', allow: 'DELETE, GET, HEAD' },
      { method: 'POST', path: '/healthz', allow: 'GET, HEAD' },
    ])('$method $path: 405 with Allow', async ({ method, path, allow }) => {
      const answer = await read(await stack.request(path, { method }))
      expect(answer).toMatchObject({ status: 405, body: { type: '/problems/method-not-allowed' } })
      expect(answer.headers.get('allow')).toBe(allow)
    })
  })

  describe('of HTTP itself', () => {
    test.each([
      { reason: 'not HTTP', bytes: 'hello\r\n\r\n', status: 400 },
      { reason: 'no Host', bytes: 'GET /healthz HTTP/1.1\r\n\r\n', status: 400 },
      {
        reason: 'headers too large',
        bytes: `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
        status: 431,
      },
      {
        reason: 'too many headers',
        bytes: `GET /healthz HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(200)}\r\n`,
        status: 431,
      },
      {
        reason: 'two lengths',
        bytes: 'PATCH /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
        status: 400,
      },
    ])('$reason: $status', async ({ bytes, status }) => {
      const answer = await raw(stack, bytes)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
      expect(answer).toContain(`"status":${status}`)
    })
  })

  describe('X-Request-Id', () => {
    test('comes back where it is fit, and is made where not', async () => {
      expect(await idOf('abc-123')).toBe('abc-123')
      expect(await idOf('a b')).toMatch(/^[\da-f-]{36}$/)
    })
  })

  test('the log has a line for each answer, and nothing that it should not', async () => {
    const id = seedClient(stack)
    const as = stack.token()
    await stack.patch(
      id,
      { productName: 'canary-body' },
      { as, headers: { 'x-request-id': 'log-test-1', cookie: 'canary-cookie' } },
    )
    await stack.request('/v1/canary-path?token=canary-query', { as })
    await expect.poll(() => stack.logLines().join('')).toContain('log-test-1')
    const log = stack.logLines().join('')
    expect(log).not.toContain('canary')
    expect(log).not.toContain(as)
    expect(log).not.toContain('nxa_test-application-token')
  })

  test('probes', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const answer = await fetch(`${stack.url}${path}`)
      expect([path, answer.status, await answer.json()]).toEqual([path, 200, { status: 'ok' }])
    }
  })
})
