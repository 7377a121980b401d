import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHttp } from '../../adapters/http/http.ts'
import { Unreachable } from '../../adapters/http/unreachable.ts'
import { freePort } from '../../adapters/embedded-postgres/free-port.ts'
import { authority, listening, startHttp, startHttps } from '../support/https.ts'
import { startProxy } from '../support/proxy.ts'

const ask = (url: string, env: Readonly<Record<string, string>> = {}, timeoutMs = 5000) =>
  createHttp(env).ask(url, { deadline: AbortSignal.timeout(timeoutMs) })

const failureOf = async (asking: Promise<unknown>): Promise<Unreachable> => {
  const failure: unknown = await asking.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (failure instanceof Unreachable) return failure
  throw new Error('It was expected to fail with a reason.', { cause: failure })
}

const hello = (_request: unknown, response: { end: (text: string) => unknown }): void => void response.end('hello')

const trusted = getCACertificates('default')
beforeEach(() => setDefaultCACertificates([...trusted, authority.pem]))
afterEach(() => setDefaultCACertificates(trusted))

describe('through the proxies of the environment', () => {
  test('https goes through CONNECT, by a name that only the proxy knows', async () => {
    const server = await startHttps(hello, { names: ['acme.test'] })
    const proxy = await startProxy()
    const answer = await ask(`https://acme.test:${server.port}/a`, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })
    expect(answer.body.toString()).toBe('hello')
    expect(proxy.asked).toEqual([`CONNECT acme.test:${server.port}`])
  })

  test('http is asked of the proxy itself', async () => {
    const server = await startHttp(hello)
    const proxy = await startProxy()
    const url = `http://acme.test:${server.port}/a?b=c`
    const answer = await ask(url, { http_proxy: `127.0.0.1:${proxy.port}` })
    expect(answer.body.toString()).toBe('hello')
    expect(proxy.asked).toEqual([`GET ${url}`])
  })

  test('with a user name and a password, which special characters may stand in', async () => {
    const server = await startHttps(hello, { names: ['acme.test'] })
    const proxy = await startProxy({ login: 'ann:p@ss:w/rd' })
    const env = { HTTPS_PROXY: `http://ann:p%40ss%3Aw%2Frd@127.0.0.1:${proxy.port}` }
    expect((await ask(`https://acme.test:${server.port}/`, env)).status).toBe(200)
    expect(createHttp(env).proxyOf('https://acme.test/')).toBe(`http://127.0.0.1:${proxy.port}`)
  })

  test('but not where NO_PROXY names the host', async () => {
    const server = await startHttps(hello)
    const proxy = await startProxy()
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'localhost,127.0.0.1' }
    expect((await ask(server.url, env)).status).toBe(200)
    expect(proxy.asked).toEqual([])
  })

  test('one connection carries many calls', async () => {
    const server = await startHttps(hello, { names: ['acme.test'] })
    const proxy = await startProxy()
    const http = createHttp({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })
    for (let call = 0; call < 10; call += 1)
      await http.ask(`https://acme.test:${server.port}/`, { deadline: AbortSignal.timeout(5000) })
    expect(proxy.asked.length).toBeLessThan(5)
  })
})

test('no redirection is followed: a credential would go along', async () => {
  const { url } = await startHttp((_request, response) => response.writeHead(302, { location: 'http://else/' }).end())
  const answer = await ask(url)
  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://else/'])
})

test('an answer that is longer than wanted is not read to its end', async () => {
  const { url } = await startHttp((_request, response) => response.end('x'.repeat(2000)))
  const asking = createHttp({}).ask(url, { deadline: AbortSignal.timeout(5000), maximumBytes: 1000 })
  expect((await failureOf(asking)).message).toContain('longer than any that is expected')
})

const proxied = (port: number, login = '') => ({ HTTPS_PROXY: `http://${login}127.0.0.1:${port}` })

describe('why no answer came is told', () => {
  test.each([
    {
      reason: 'an unknown CA',
      start: async () => {
        setDefaultCACertificates(trusted)
        return (await startHttps(hello)).url
      },
      says: 'comes from an authority that this machine does not trust',
      remedy: 'NODE_EXTRA_CA_CERTS',
    },
    {
      reason: 'an expired certificate',
      start: async () => (await startHttps(hello, { notAfter: new Date(Date.now() - 60_000) })).url,
      says: 'its certificate has expired',
      remedy: 'clock',
    },
    {
      reason: 'the certificate of another name',
      start: async () => (await startHttps(hello, { names: ['other.test'] })).url,
      says: 'its certificate is for another host name',
      remedy: 'DNS',
    },
    {
      reason: 'a version of TLS that is too old',
      start: async () =>
        (await startHttps(hello, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).url,
      says: 'no version of TLS in common',
      remedy: 'TLS 1.2',
    },
    {
      reason: 'https to a port of http',
      start: async () => (await startHttp(hello)).url.replace('http:', 'https:'),
      says: 'it does not speak TLS there',
      remedy: 'Check the port',
    },
    {
      reason: 'nobody there',
      start: async () => `https://127.0.0.1:${await freePort()}`,
      says: 'the connection was refused',
      remedy: 'firewall',
    },
    { reason: 'no such host', start: () => 'https://nowhere.invalid', says: 'host', remedy: 'DNS' },
    {
      reason: 'no answer in time',
      withinMs: 500,
      start: async () => (await startHttp(() => undefined)).url,
      says: 'it did not answer in time',
      remedy: 'Try again',
    },
    {
      reason: 'an answer that never ends',
      withinMs: 500,
      start: async () => (await startHttp((_request, response) => void response.write('a'))).url,
      says: 'it did not answer in time',
      remedy: 'Try again',
    },
    {
      reason: 'a connection that is closed without an answer',
      start: async () => `http://127.0.0.1:${await listening(createServer((socket) => socket.destroy()))}`,
      says: 'closed before the answer was complete',
      remedy: 'Try again',
    },
    {
      reason: 'an answer that is cut short',
      start: async () =>
        (
          await startHttp((_request, response) => {
            response.writeHead(200, { 'content-length': 10 }).write('a')
            setTimeout(() => response.destroy(), 50)
          })
        ).url,
      says: 'closed before the answer was complete',
      remedy: 'Try again',
    },
  ])('$reason', async ({ start, says, remedy, withinMs }) => {
    const url = await start()
    const failure = await failureOf(ask(url, {}, withinMs))
    expect(failure.message).toContain(says)
    expect(failure.message).toContain(`${url} cannot be reached`)
    expect(failure.remedy).toContain(remedy)
  })

  test.each([
    {
      reason: 'its login is missing',
      options: { login: 'ann:secret' },
      says: 'asks for a user name and a password (407)',
    },
    { reason: 'it does not allow the address', options: { refuses: 403 }, says: 'does not allow this address (403)' },
    { reason: 'it cannot connect', options: { refuses: 502 }, says: 'could not connect (502)' },
  ])('a proxy: $reason', async ({ options, says }) => {
    const { port } = await startProxy(options)
    const failure = await failureOf(ask('https://acme.test', proxied(port, 'ann:s3cr3t@')))
    expect(failure.message).toContain(says)
    expect(JSON.stringify([failure, failure.message, failure.stack])).not.toContain('s3cr3t')
  })

  test('a proxy whose login is missing, by http://', async () => {
    const { port } = await startProxy({ login: 'ann:secret' })
    const failure = await failureOf(ask('http://acme.test', { HTTP_PROXY: `http://127.0.0.1:${port}` }))
    expect(failure.said).toBe('the proxy asks for a user name and a password (407)')
  })

  test('a proxy that is not there, for https and http', async () => {
    const env = proxied(await freePort())
    expect((await failureOf(ask('https://acme.test', env))).said).toBe('the proxy refused the connection')
    const other = { HTTP_PROXY: env.HTTPS_PROXY }
    expect((await failureOf(ask('http://acme.test', other))).said).toBe('the proxy refused the connection')
  })

  test("a certificate behind a proxy is the server's", async () => {
    const server = await startHttps(hello, { names: ['other.test'] })
    const proxy = await startProxy()
    const failure = await failureOf(ask(`https://acme.test:${server.port}`, proxied(proxy.port)))
    expect(failure.said).toBe('its certificate is for another host name')
  })
})
