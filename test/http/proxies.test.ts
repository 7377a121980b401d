import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EnvHttpProxyAgent, MockAgent } from 'undici'
import { z } from 'zod'
import { ProxyMisconfigured, proxiesOf } from '../../adapters/http/proxies.ts'

const proxyOf = (env: Readonly<Record<string, string>>, address: string): string | null =>
  proxiesOf(env)(new URL(address))?.url ?? null

const proxy = 'http://proxy.example.com:3128'

test.each([
  { reason: 'https', env: { HTTPS_PROXY: proxy }, address: 'https://acme.eu.auth0.com/x', through: proxy },
  {
    reason: 'lower case comes first',
    env: { https_proxy: proxy, HTTPS_PROXY: 'http://b:1' },
    address: 'https://a.b',
    through: proxy,
  },
  { reason: 'https falls back to the other', env: { HTTP_PROXY: proxy }, address: 'https://a.b', through: proxy },
  { reason: 'http does not', env: { HTTPS_PROXY: proxy }, address: 'http://a.b', through: null },
  { reason: 'empty is none', env: { HTTPS_PROXY: '' }, address: 'https://a.b', through: null },
  {
    reason: 'without a scheme',
    env: { HTTPS_PROXY: 'proxy.example.com:3128' },
    address: 'https://a.b',
    through: proxy,
  },
  {
    reason: 'without its password',
    env: { HTTPS_PROXY: 'http://ann:pw@proxy.example.com:3128/' },
    address: 'https://a.b',
    through: proxy,
  },
  {
    reason: 'a host of NO_PROXY',
    env: { HTTPS_PROXY: proxy, NO_PROXY: 'x, A.b' },
    address: 'https://a.B',
    through: null,
  },
  { reason: 'what is below it', env: { HTTPS_PROXY: proxy, no_proxy: 'b' }, address: 'https://a.b', through: null },
  {
    reason: 'not what only ends like it',
    env: { HTTPS_PROXY: proxy, NO_PROXY: 'a.b' },
    address: 'https://ca.b',
    through: proxy,
  },
  { reason: 'another port', env: { HTTPS_PROXY: proxy, NO_PROXY: 'a.b:8443' }, address: 'https://a.b', through: proxy },
  { reason: 'the usual port', env: { HTTPS_PROXY: proxy, NO_PROXY: 'a.b:443' }, address: 'https://a.b', through: null },
  { reason: 'everything', env: { HTTPS_PROXY: proxy, NO_PROXY: '*' }, address: 'https://a.b', through: null },
])('$reason', ({ env, address, through }) => {
  expect(proxyOf(env, address)).toBe(through)
})

test.each([
  { reason: 'no URL', value: 'http://' },
  { reason: 'another scheme', value: 'socks5://s3cr3t:s3cr3t@host:1' },
  { reason: 'a password that is not escaped', value: 'http://ann:s3cr3t%@host:1' },
])('a proxy of $reason is refused with the variable, not its value', ({ value }) => {
  const build = () => proxiesOf({ HTTPS_PROXY: value })
  expect(build).toThrow(ProxyMisconfigured)
  expect(build).toThrow('HTTPS_PROXY is not the URL of a proxy')
  expect(build).not.toThrow('s3cr3t')
})

/** Which way the library's own agent goes: it is asked to send, and tells with whom it would. */
const libraryProxyOf = (
  env: { readonly http: string; readonly https: string; readonly not: string },
  address: string,
) => {
  const ways: (string | null)[] = []
  const agent = new EnvHttpProxyAgent({
    httpProxy: env.http,
    httpsProxy: env.https,
    noProxy: env.not,
    factory: (_origin: string | URL, options: object) => {
      ways.push(z.object({ uri: z.string() }).safeParse(options).data?.uri ?? null)
      return new MockAgent()
    },
  })
  try {
    agent.dispatch({ origin: new URL(address).origin, path: '/', method: 'GET' }, { onError: () => undefined })
  } catch {
    // Nobody answers there; who was to be asked is known.
  }
  return ways[0] ?? null
}

describe("the law: the choice is the one of undici's EnvHttpProxyAgent", () => {
  const label = fc.constantFrom('a', 'b', 'auth0', 'com', 'localhost', '127.0.0.1', '[::1]')
  const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
  const port = fc.constantFrom('', ':80', ':443', ':8080')
  const entry = fc.tuple(fc.constantFrom('', '.', '*.'), host, port).map((parts) => parts.join(''))
  const list = fc
    .tuple(fc.array(entry, { maxLength: 4 }), fc.constantFrom(',', ' ', ', '))
    .map(([all, by]) => all.join(by))
  const one = fc.constantFrom('', 'http://one:1', 'http://two:2')

  test('for any address and any lists', () => {
    fc.assert(
      fc.property(
        fc.record({ http: one, https: one, not: fc.oneof(list, fc.constant('*')) }),
        fc.tuple(fc.constantFrom('http://', 'https://'), host, port).map((parts) => parts.join('')),
        (env, address) => {
          fc.pre(URL.canParse(address))
          const ours = proxyOf({ http_proxy: env.http, https_proxy: env.https, no_proxy: env.not }, address)
          expect(ours).toBe(libraryProxyOf(env, address))
        },
      ),
      { numRuns: 2000 },
    )
  })
})
