import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createHttp } from '../../adapters/http/http.ts'
import { createRemote, remoteOf } from '../../adapters/nexus-api/client.ts'
import { RemoteError } from '../../adapters/nexus-api/errors.ts'
import type { RemoteErrorCode } from '../../adapters/nexus-api/errors.ts'
import { snapshotFromApi } from '../../stacks/snapshots.ts'
import type { Asking } from '../../stacks/snapshots.ts'
import { nexus } from '../cli/support.ts'
import { client, snapshot, state } from './support.ts'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Reply = (response: ServerResponse, url: string) => void

/** A server that gives these replies in order, the last one again and again, and keeps what it was asked. */
const serve = async (...replies: readonly Reply[]) => {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    void text(request).then((body) => {
      asked.push({ method, url, headers, body })
      ;(replies[asked.length - 1] ?? replies.at(-1))?.(response, url)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, so this is one
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked }
}

const reply =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))

const http = createHttp({})
const credential = { username: 'ci', password: 'pass:word' }
const shape = z.object({ fine: z.boolean() })

/** The error that a call ends with. */
const errorOf = async (call: Promise<unknown>): Promise<RemoteError> => {
  const error: unknown = await call.then(
    () => new Error('It went well.'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof RemoteError) return error
  throw error
}

describe('a call', () => {
  test('carries Basic credentials, the query and a body of JSON, and answers JSON', async () => {
    const { url, asked } = await serve(reply(200, { fine: true }))
    const remote = createRemote({ http, url: `${url}/`, credential })
    const answer = await remote.json('POST', '/v1/x', shape, { body: { a: 1 }, query: { q: 'a b', none: undefined } })
    expect(answer).toEqual({ fine: true })
    expect(asked).toMatchObject([{ method: 'POST', url: '/v1/x?q=a+b', body: '{"a":1}' }])
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ci:pass:word').toString('base64')}`,
      'content-type': 'application/json',
    })
  })

  test('carries a Bearer token with the token of the application', async () => {
    const { url, asked } = await serve(reply(200, { fine: true }))
    await remoteOf({ NEXUS_URL: url, NEXUS_TOKEN: 't', NEXUS_APPLICATION_TOKEN: 'a' }).json('GET', '/', shape)
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer t', 'x-application-token': 'a' })
  })

  test('sends bytes as they are, and gives raw answers whatever their status', async () => {
    const { url, asked } = await serve(reply(404, 'no state', { 'x-kind': 'none' }))
    const answer = await createRemote({ http, url, credential }).ask('PUT', '/raw', {
      body: Buffer.from('{"version": 4}\n'),
    })
    expect([answer.status, answer.body.toString(), answer.headers.get('x-kind')]).toEqual([404, 'no state', 'none'])
    expect(asked[0]?.body).toBe('{"version": 4}\n')
  })

  test.each([429, 503])('is made again after a %i, when the answer says', async (status) => {
    const later = reply(status, {}, { 'retry-after': '0' })
    const { url, asked } = await serve(later, later, reply(200, { fine: true }))
    expect(await createRemote({ http, url, credential }).json('GET', '/', shape)).toEqual({ fine: true })
    expect(asked).toHaveLength(3)
  })

  test('is not made again without end, nor after a longer time than anybody would wait for', async () => {
    const busy = await serve(reply(503, {}, { 'retry-after': '0' }))
    await errorOf(createRemote({ http, url: busy.url, credential, retries: 2 }).json('GET', '/', shape))
    expect(busy.asked).toHaveLength(3)
    const closed = await serve(reply(503, {}, { 'retry-after': '3600' }))
    await errorOf(createRemote({ http, url: closed.url, credential }).json('GET', '/', shape))
    expect(closed.asked).toHaveLength(1)
  })
})

describe('no use can be made of the API', () => {
  const problem = {
    type: '/problems/malformed',
    title: 'The request is malformed',
    status: 400,
    detail: 'Two things are wrong.',
    errors: [{ pointer: '/a', detail: 'must be a text' }],
  }

  test.each<{ reason: string; answer: Reply; code: RemoteErrorCode; status: number | null; says: string }>([
    {
      reason: 'a problem is told in its own words, with its places',
      answer: reply(400, problem),
      code: 'refused',
      status: 400,
      says: 'Nexus refused (400): Two things are wrong.\n  - /a: must be a text',
    },
    {
      reason: 'a 401 says what to set',
      answer: reply(401, { ...problem, detail: 'No such account.', errors: [] }),
      code: 'refused',
      status: 401,
      says: 'No such account. Check NEXUS_USERNAME',
    },
    { reason: "a proxy's page", answer: reply(502, '<html>'), code: 'refused', status: 502, says: 'Is it Nexus?' },
    { reason: 'another shape', answer: reply(200, { fine: 1 }), code: 'unexpected', status: 200, says: '→ at fine' },
    { reason: 'what is not JSON', answer: reply(200, 'hello'), code: 'unexpected', status: 200, says: 'Is it Nexus' },
    {
      reason: 'a redirection, which would carry the token elsewhere',
      answer: reply(302, '', { location: 'https://else.example.com/' }),
      code: 'redirected',
      status: 302,
      says: 'redirects to https://else.example.com/. Set NEXUS_URL',
    },
    { reason: 'no answer in time', answer: () => undefined, code: 'timeout', status: null, says: 'within 0.2 s' },
    {
      reason: 'a connection that breaks',
      answer: (response) => void response.destroy(),
      code: 'unreachable',
      status: null,
      says: 'cannot be reached',
    },
  ])('$reason', async ({ answer, code, status, says }) => {
    const { url } = await serve(answer)
    const error = await errorOf(
      createRemote({ http, url, credential, timeoutMs: code === 'timeout' ? 200 : 10_000 }).json('GET', '/', shape),
    )
    expect([error.code, error.status]).toEqual([code, status])
    expect(error.message).toContain(says)
    expect(error.message).not.toContain('pass:word')
  })

  test.each([
    { reason: 'no URL', env: {}, says: 'Set NEXUS_URL' },
    { reason: 'what is no URL', env: { NEXUS_URL: 'nexus', NEXUS_TOKEN: 't' }, says: 'such as https://' },
    { reason: 'another scheme', env: { NEXUS_URL: 'ftp://x', NEXUS_TOKEN: 't' }, says: 'such as https://' },
    { reason: 'a password in the URL', env: { NEXUS_URL: 'http://a:b@x', NEXUS_TOKEN: 't' }, says: 'may not contain' },
    { reason: 'no credential', env: { NEXUS_URL: 'http://x' }, says: 'Set NEXUS_USERNAME and NEXUS_PASSWORD' },
    {
      reason: 'half a credential',
      env: { NEXUS_URL: 'http://x', NEXUS_USERNAME: 'ci' },
      says: 'NEXUS_PASSWORD is not',
    },
    {
      reason: 'two credentials',
      env: { NEXUS_URL: 'http://x', NEXUS_USERNAME: 'ci', NEXUS_TOKEN: 't' },
      says: 'unset one of them',
    },
  ])('$reason is said before anything is asked', ({ env, says }) => {
    expect(() => remoteOf(env)).toThrow(
      expect.objectContaining({ code: 'not-configured', message: expect.stringContaining(says) }),
    )
  })
})

/** An API that answers for one tenant in these ways, one after the other. */
const snapshotsOf = async (...replies: readonly Reply[]) => {
  const { url, asked } = await serve(...replies)
  const remote = createRemote({ http, url, credential, retries: 0 })
  const told: string[] = []
  const ask = (more: Partial<Asking> = {}) =>
    snapshotFromApi(remote, 'acme', {
      fresh: true,
      waitMs: 5000,
      waiting: (seconds) => told.push(`waiting ${seconds >= 0}`),
      warn: (text) => told.push(text),
      ...more,
    })
  return { ask, asked, told }
}

describe('a snapshot', () => {
  const taken = snapshot([state([])], [client('M')])
  const path = '/v1/tenants/acme/terraform/snapshot'

  test('is asked for of a reading that begins now, with what Auth0 holds, and waited for as the answer says', async () => {
    const later = reply(202, {}, { 'retry-after': '0' })
    const { ask, asked, told } = await snapshotsOf(later, later, reply(200, taken))
    expect(await ask()).toEqual(taken)
    expect(asked.map(({ url }) => url)).toEqual(Array.from({ length: 3 }, () => `${path}?fresh=true&observed=true`))
    expect(told).toEqual(['waiting true', 'waiting true'])
  })

  test('of the last scan is asked for where somebody says so', async () => {
    const { ask, asked } = await snapshotsOf(reply(200, taken))
    await ask({ fresh: false })
    expect(asked.map(({ url }) => url)).toEqual([`${path}?observed=true`])
  })

  test.each([
    { reason: 'a pause that ends too late', seconds: '60' },
    { reason: 'a pause that nobody can read', seconds: 'soon' },
    { reason: 'a scan that does not end', seconds: '1' },
  ])('is not waited for longer than somebody wants: $reason', async ({ seconds }) => {
    const { ask, asked } = await snapshotsOf(reply(202, {}, { 'retry-after': seconds }))
    const error = await errorOf(ask({ waitMs: 1500 }))
    expect(error.code).toBe('timeout')
    expect(error.message).toMatch(/within \d s.*--wait.*--no-fresh/s)
    expect(asked.length).toBeLessThan(4)
  })

  test('that cannot be had is told with what keeps it back', async () => {
    const { ask } = await snapshotsOf(reply(202, { status: 'waiting', reason: 'The tenant is held.' }))
    expect((await errorOf(ask({ waitMs: 0 }))).message).toContain('within 0 s: The tenant is held. Wait longer')
  })

  test('comes from an older server without parameters, and somebody hears of it', async () => {
    const refusal = { title: 'The request is malformed', detail: 'This address takes no parameters; nothing was done.' }
    const { ask, asked, told } = await snapshotsOf(reply(400, refusal), reply(200, taken))
    expect(await ask()).toEqual(taken)
    expect(asked.map(({ url }) => url)).toEqual([`${path}?fresh=true&observed=true`, path])
    expect(told).toEqual([expect.stringContaining('acme: this Nexus is older than the command')])
  })

  test.each([401, 403, 404, 503])('that is refused with %i is not asked for in another way', async (status) => {
    const { ask, asked } = await snapshotsOf(reply(status, { title: 'No', detail: 'Not now.' }))
    expect((await errorOf(ask())).status).toBe(status)
    expect(asked).toHaveLength(1)
  })
})

describe('nexus synth, from the API', () => {
  const env = { NEXUS_USERNAME: 'ci', NEXUS_PASSWORD: 'pass:word' }
  const out = ['--out', `${process.env['TMPDIR'] ?? '/tmp'}/nexus-remote-out`]
  const taken = {
    acme: snapshot([state([])], [client('M')], { tenant: 'acme' }),
    idle: snapshot([state([], { own: false })], [], { tenant: 'idle' }),
  }

  const api = () =>
    serve((response, url) => {
      const answers: Record<string, unknown> = {
        '/v1/tenants': { tenants: [{ id: 'acme', plan: 'free' }, { id: 'idle' }] },
        '/v1/tenants/acme/terraform/snapshot': taken.acme,
        '/v1/tenants/idle/terraform/snapshot': taken.idle,
      }
      const missing = { title: 'There is nothing here', detail: 'There is no such tenant.' }
      const [path = ''] = url.split('?')
      reply(path in answers ? 200 : 404, answers[path] ?? missing)(response, url)
    })

  test('without a tenant makes the stacks of all that have a state of ours, and says which have none', async () => {
    const { url } = await api()
    const { code, stdout, stderr } = await nexus(['synth', '--url', url, ...out], { env })
    expect(stderr).toContain(`Asking ${url} for the snapshot of acme …`)
    expect(stderr).toContain('idle has no state whose configuration Nexus writes.')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^acme\.prod: [^\n]+\n$/)])
  })

  test('a tenant that is named and has none is a failure', async () => {
    const { url } = await api()
    const { code, stdout, stderr } = await nexus(['synth', 'idle', '--url', url, ...out], { env })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('terraformStates: [prod]')
  })

  test("the API's refusal is told", async () => {
    const { url } = await api()
    const { code, stderr } = await nexus(['synth', 'none', '--url', url, ...out], { env })
    expect(stderr).toContain('nexus: Nexus refused (404): There is no such tenant.')
    expect(code).toBe(66)
  })
})
