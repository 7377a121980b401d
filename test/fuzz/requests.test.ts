import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { requestHeaders } from '../../api/routing/operation.ts'
import type { Operation } from '../../api/routing/operation.ts'
import { routes } from '../../api/routes.ts'
import { permissions } from '../../domain/vocabulary.ts'
import { basic, withStates } from '../support/pipeline.ts'
import { bodyOf, encoded, inHeader, odd, oddTexts } from '../support/odd.ts'
import { applicationToken, servers, startStack } from '../support/stack.ts'
import type { Stack } from '../support/stack.ts'
import { lockOf, managedClient, stateText } from '../terraform/support.ts'
import { pathOf, seedClient } from '../api/support.ts'

/**
 * Requests that nobody foresaw, at every route: none may be answered with a fault of the server. NEXUS_FUZZ_FACTOR makes
 * them so many times more; a failure names its seed, and NEXUS_FUZZ_SEED begins there again.
 */
const runs = 40 * Number(process.env['NEXUS_FUZZ_FACTOR'] ?? 1)
const seed = process.env['NEXUS_FUZZ_SEED'] === undefined ? {} : { seed: Number(process.env['NEXUS_FUZZ_SEED']) }

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
}

/** Sends what `fetch` would not: any bytes in an address and in headers. */
const send = async (url: string, { method, path, headers, body }: Sent) => {
  const { hostname, port } = new URL(url)
  const answer = Promise.withResolvers<{ status: number; body: string }>()
  // Said, as Node would not for every method: without it the body would be another request.
  const all = body === null ? headers : { ...headers, 'content-length': String(body.length) }
  const request = httpRequest({ hostname, port, method, path, headers: all, agent: false }, (response) => {
    if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
      // It does not end by itself.
      answer.resolve({ status: response.statusCode ?? 0, body: '' })
      response.destroy()
      return
    }
    text(response).then((body) => answer.resolve({ status: response.statusCode ?? 0, body }), answer.reject)
  })
  request.on('error', answer.reject)
  request.end(body ?? undefined)
  return answer.promise
}

const headerNames = [
  ...Object.keys(requestHeaders),
  'Content-Type',
  'Content-Encoding',
  'Content-MD5',
  'Accept',
  'Origin',
  'X-Request-Id',
  'X-Forwarded-For',
  'X-Application-Token',
  'Authorization',
  'Host',
  'Range',
]
/** Values that the headers are for, for the fuzzing to get past the first check. */
const usualHeaders: Readonly<Record<string, readonly string[]>> = {
  'If-Match': ['*', '"x"', 'W/"x"', '"a", "b"'],
  'If-None-Match': ['*', '"x"'],
  'Last-Event-ID': ['0', '7', '999999999999999', '-1', '1e3'],
  'Idempotency-Key': ['k1', '"k2"', 'k3'],
  Prefer: ['wait=0', 'respond-async', 'wait=1e9', 'wait=0; x="'],
  'Content-Type': ['application/merge-patch+json', 'application/json-patch+json', 'text/json; charset=x', 'text/plain'],
  Authorization: [basic, `Basic ${Buffer.from('a\0b:c\0').toString('base64')}`, 'Bearer x', 'Basic ====', 'Bearer'],
}
const oddHeaders = fc
  .array(
    fc
      .constantFrom(...headerNames)
      .chain((name) => fc.tuple(fc.constant(name), fc.oneof(odd, fc.constantFrom('', ...(usualHeaders[name] ?? []))))),
    { maxLength: 2 },
  )
  .map((pairs) => Object.fromEntries(pairs.map(([name, value]) => [name, inHeader(value)])))

describe.skipIf(servers === null)('no request is answered with a fault of the server', { timeout: 600_000 }, () => {
  let stack: Stack
  /** What parameters of addresses are, where they are something. */
  let known: Readonly<Record<string, readonly string[]>>
  beforeAll(async () => {
    stack = await startStack(withStates({ tenant: { scanInterval: '24h' } }))
    const ids = [seedClient(stack), seedClient(stack, { client_metadata: {} })]
    const as = { as: stack.token({ permissions: ['client.write.all', 'client.read.all'] }) }
    const changed = await Promise.all(ids.map((id) => stack.patch(id, { applicationName: 'x' }, as)))
    const list = await stack.request('/v1/tenants/acme/clients', {
      ...as,
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ id: ids[0], patch: {} }]),
    })
    await stack.request('/v1/tenants/acme/terraform/states/main', {
      method: 'POST',
      headers: { authorization: basic },
      body: stateText(1, [managedClient(ids[0] ?? '')]),
    })
    known = {
      tenantId: ['acme'],
      clientId: ids,
      changeId: changed.map((answer) => answer.headers.get('nexus-change') ?? ''),
      operationId: [(list.headers.get('location') ?? '').split('/').at(-1) ?? ''],
      state: ['main', 'other'],
      version: ['1', '2'],
      name: ['developer-portal', 'deployment'],
      code: ['malformed'],
      asset: ['start.js'],
    }
  })
  afterAll(() => stack.close())

  /** Somebody who may do everything, so that nothing ends at the door. */
  const everything = () => ({
    authorization: `Bearer ${stack.token({ permissions: [...permissions] })}`,
    'x-application-token': applicationToken,
    'content-type': 'application/json',
    prefer: 'wait=0',
  })

  /** What was answered as it never should be, with the request and the seed that lead there again; '' for nothing. */
  const faultAmong = async (requests: fc.Arbitrary<Sent>, numRuns: number): Promise<string> => {
    const outcome = await fc.check(
      fc.asyncProperty(requests, async (sent) => {
        const { status, body } = await send(stack.url, sent)
        // 503 says that something is away, and nothing is.
        if (status >= 500) throw new Error(`${status} ${body}`)
      }),
      { numRuns, ...seed },
    )
    return outcome.failed ? ((await fc.asyncDefaultReportMessage(outcome)) ?? 'failed') : ''
  }

  /** Terraform's http backend, which the document has no place for. */
  const state = '/v1/tenants/:tenantId/terraform/states/:state'
  const stateQuery = z.strictObject({ ID: z.string().optional(), snapshot: z.string().optional() })
  const stateBodies: Readonly<Record<string, unknown>> = {
    POST: JSON.parse(stateText(3, [managedClient('x')], { outputs: { a: { value: 1, type: 'string' } } })),
    LOCK: lockOf('lock-1'),
    UNLOCK: lockOf('lock-1'),
  }
  const operations: Readonly<Record<string, Operation>> = Object.fromEntries(
    routes.flatMap((route) => ('document' in route ? [[`${route.method} ${route.path}`, route.document]] : [])),
  )

  test.each(routes.map(({ method, path }) => ({ method, url: path })))('$method $url', async ({ method, url }) => {
    const operation = operations[`${method} ${url}`]
    const example =
      url === state
        ? stateBodies[method]
        : method === 'PATCH' && url.endsWith('/clients')
          ? known['clientId']?.map((id) => ({ id, patch: operations[`PATCH ${url}/:clientId`]?.body?.example }))
          : operation?.body?.example
    const parameters = Object.keys((url === state ? stateQuery : operation?.query)?.shape ?? {})
    const path = fc
      .tuple(
        ...url.split('/').map((part) =>
          part.startsWith(':')
            ? fc.oneof(
                {
                  weight: 5,
                  arbitrary: fc
                    .nat()
                    .map((n) => encoded(known[part.slice(1)]?.[n % (known[part.slice(1)]?.length ?? 1)] ?? 'x')),
                },
                { weight: 1, arbitrary: odd.map(encoded) },
                {
                  weight: 1,
                  arbitrary: fc.constantFrom('%00', '%ED%A0%80', '%FF', '%zz', '%', '%2F', '..', '.', '%E2%80%AE'),
                },
              )
            : fc.constant(part),
        ),
      )
      .map((parts) => parts.join('/'))
    const query = fc
      .array(
        fc.tuple(
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom('limit', ...parameters) }, { weight: 1, arbitrary: odd }),
          odd,
        ),
        {
          maxLength: parameters.length === 0 ? 1 : 3,
        },
      )
      .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map((pair) => pair.map(encoded).join('=')).join('&')}`))
    const requests = fc
      .record({
        path,
        query: fc.oneof(fc.constant(''), query),
        headers: oddHeaders,
        body: example === undefined ? fc.oneof(fc.constant(null), bodyOf({})) : bodyOf(example),
      })
      .map(({ path, query, headers, body }) => ({
        method,
        path: `${path}${query}`,
        headers: { ...everything(), ...headers },
        body: method === 'GET' ? null : body,
      }))
    expect(await faultAmong(requests, runs)).toBe('')
  })

  test('every odd text in every parameter', async () => {
    const sent = routes.flatMap(({ method, path: url }) =>
      Object.keys((url === state ? stateQuery : operations[`${method} ${url}`]?.query)?.shape ?? {}).flatMap((name) =>
        oddTexts.map((value) => ({
          method,
          path: `${url.replaceAll(/:(\w+)/g, (_, part: string) => encoded(known[part]?.[0] ?? 'x'))}?${name}=${encoded(value)}`,
          headers: everything(),
          body: null,
        })),
      ),
    )
    expect(sent.length).toBeGreaterThan(1000)
    const faults: string[] = []
    for (let from = 0; from < sent.length; from += 20)
      await Promise.all(
        sent.slice(from, from + 20).map(async (one) => {
          const { status } = await send(stack.url, one)
          if (status >= 500) faults.push(`${one.method} ${one.path}: ${status}`)
        }),
      )
    expect(faults).toEqual([])
  })

  test('addresses and methods that are none', async () => {
    const requests = fc
      .record({
        method: fc.constantFrom(
          'GET',
          'HEAD',
          'OPTIONS',
          'POST',
          'PUT',
          'PATCH',
          'DELETE',
          'LOCK',
          'UNLOCK',
          'QUERY',
          'TRACE',
          'PROPFIND',
        ),
        path: fc.oneof(
          fc.webPath().map((path) => `/${path}`),
          fc.array(odd.map(encoded), { maxLength: 8 }).map((parts) => `/v1/${parts.join('/')}`),
          fc.constantFrom(...routes.map(({ path }) => path)),
          fc.constantFrom('/%', '//', '/?', '/v1/tenants/acme/clients/?', '/v1//tenants', '/;', '/%2e%2e/', '*'),
        ),
        headers: oddHeaders,
      })
      .map(({ method, path, headers }) => ({ method, path, headers: { ...everything(), ...headers }, body: null }))
    expect(await faultAmong(requests, runs * 5)).toBe('')
  })

  test('claims that somebody signed', async () => {
    const names = fc.array(odd, { maxLength: 3 })
    const claims = fc.record({
      sub: fc.oneof(
        fc.constant('auth0|tester'),
        odd.filter((text) => text !== ''),
      ),
      roles: names,
      products: names,
      permissions: fc.constant<string[]>([...permissions]),
    })
    const asked = fc.constantFrom<Pick<Sent, 'method' | 'path'> & { readonly body: unknown }>(
      { method: 'GET', path: '/v1/tenants/acme/clients', body: null },
      { method: 'GET', path: '/v1/tenants/acme/audit', body: null },
      { method: 'PATCH', path: 'client', body: { productName: 'Shop' } },
      { method: 'PATCH', path: '/v1/tenants/acme/clients', body: [{ id: 'client', patch: { applicationName: 'y' } }] },
      { method: 'LOCK', path: '/v1/tenants/acme/terraform/states/claims', body: lockOf('l') },
      { method: 'UNLOCK', path: '/v1/tenants/acme/terraform/states/claims', body: lockOf('l') },
      { method: 'POST', path: '/v1/tenants/acme/scan', body: null },
    )
    const requests = fc
      .record({ claims, asked, key: fc.option(fc.constantFrom('a', 'b', 'c')) })
      .map(({ claims, asked, key }) => ({
        method: asked.method,
        path: asked.path === 'client' ? pathOf(known['clientId']?.[0] ?? '') : asked.path,
        headers: {
          ...everything(),
          authorization: `Bearer ${stack.simulator.issueUserToken(claims)}`,
          ...(key !== null && { 'idempotency-key': key }),
        },
        body: asked.body === null ? null : Buffer.from(JSON.stringify(asked.body)),
      }))
    expect(await faultAmong(requests, runs * 5)).toBe('')
  })

  test('and it is well afterwards', async () => {
    expect((await stack.request('/readyz')).status).toBe(200)
    expect(stack.logLines().filter((line) => line.includes('a request failed'))).toEqual([])
    expect(stack.logLines().filter((line) => line.includes('an element of a list failed'))).toEqual([])
  })
})
