import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerHeaders } from '../../../api/routing/operation.ts'
import { servers, startStack } from '../../support/stack.ts'
import type { Stack } from '../../support/stack.ts'
import { raw } from '../support.ts'

const portal = 'https://portal.example.com'

describe.skipIf(servers === null)('what answers say to browsers', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({
      file: {
        server: {
          host: '127.0.0.1',
          port: 0,
          publicUrl: 'https://nexus.example.com',
          corsOrigins: [portal],
          maximumConnections: 10,
        },
      },
    })
  })
  afterAll(() => stack.close())

  test.each(['/v1/tenants', '/v1/nothing', '/healthz', '/openapi.json', '/v1/tenants/acme/clients/x'])(
    '%s is data: not to be shown, run or guessed at',
    async (path) => {
      const { headers } = await fetch(`${stack.url}${path}`)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    },
  )

  const ask = (origin: string, method = 'PATCH') =>
    fetch(`${stack.url}/v1/tenants/acme/clients/x`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
    })

  test('pages of a configured origin may call', async () => {
    const { status, headers } = await ask(portal)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(portal)
    expect(headers.get('access-control-allow-methods')).toContain('PATCH')
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization.*x-application-token/)
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    const answer = await stack.request('/v1/tenants/acme', { headers: { origin: portal } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(portal)
    const exposed = (answer.headers.get('access-control-expose-headers') ?? '').split(', ')
    expect(Object.keys(answerHeaders).filter((name) => !exposed.includes(name.toLowerCase()))).toEqual([])
    expect(answer.headers.get('vary')).toContain('origin')
  })

  test.each(['https://evil.example.com', 'http://portal.example.com', 'https://portal.example.com:8443', 'null'])(
    'those of %s may not',
    async (origin) => {
      const { status, headers } = await ask(origin)
      expect([status, headers.get('access-control-allow-origin')]).toEqual([405, null])
    },
  )

  test('more connections than may be are refused, and the others served', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => raw(stack, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n').catch(() => '')),
    )
    const served = answers.filter((answer) => answer.startsWith('HTTP/1.1 200')).length
    expect(served).toBeGreaterThan(0)
    expect(served).toBeLessThanOrEqual(10)
  })
})

describe.skipIf(servers === null)('as it comes', () => {
  test('no page of another origin may call, and nobody is told to come by https', async () => {
    const stack = await startStack()
    const { headers } = await stack.request('/v1/tenants/acme', { headers: { origin: portal } })
    expect([headers.get('access-control-allow-origin'), headers.get('strict-transport-security')]).toEqual([null, null])
    await stack.close()
  })
})
