import type { Dispatcher, fetch as Fetch } from 'undici'
import type { Environment } from '../config/environment.ts'
import { proxiesOf } from './proxies.ts'
import type { Proxy } from './proxies.ts'
import { ProxyRefusal, unreachable } from './unreachable.ts'

/**
 * What leaves Nexus by HTTP: calls to Auth0 and to issuers, and the command line's to Nexus. It goes through the proxies
 * of the environment, trusts what Node trusts (NODE_EXTRA_CA_CERTS, NODE_USE_SYSTEM_CA), and follows no redirection: a
 * credential would go along.
 */
export interface Http {
  /** One request, and its whole answer whatever its status is. @throws Unreachable where no whole answer came */
  readonly ask: (url: string, request: HttpRequest) => Promise<HttpAnswer>
  /** The proxy that an address is called through, without its credentials; null where it is called directly. */
  readonly proxyOf: (url: string) => string | null
}

interface HttpRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** It aborts when the last byte of the answer should have come. */
  readonly deadline: AbortSignal
  /** The longest answer that is taken. */
  readonly maximumBytes?: number
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

/**
 * @param env where the proxies are named
 * @throws ProxyMisconfigured
 */
export const createHttp = (env: Environment): Http => {
  const proxyOf = proxiesOf(env)
  const fetches = new Map<Proxy | null, Promise<typeof Fetch>>()
  const fetchThrough = (proxy: Proxy | null): Promise<typeof Fetch> => {
    const known = fetches.get(proxy) ?? fetchOf(proxy)
    fetches.set(proxy, known)
    return known
  }
  return {
    ask: async (address, { deadline, maximumBytes = Infinity, ...request }) => {
      const url = new URL(address)
      const proxy = proxyOf(url)
      const fetch = await fetchThrough(proxy)
      try {
        const answer = await fetch(url, { ...request, redirect: 'manual', signal: deadline })
        const body = await readWhole(answer.body ?? [], maximumBytes)
        return { status: answer.status, headers: new Headers([...answer.headers]), body }
      } catch (error) {
        throw unreachable(deadline.aborted ? deadlinePassed : error, url.origin, proxy !== null)
      }
    },
    proxyOf: (url) => proxyOf(new URL(url))?.url ?? null,
  }
}

const deadlinePassed = Object.assign(new Error('The deadline has passed.'), { code: 'TIMEOUT' })
const tooLong = Object.assign(new Error('The answer is too long.'), { code: 'TOO_LONG' })

/** Loaded with the first call: it takes a tenth of a second, which a command that calls nobody need not wait. */
const fetchOf = async (proxy: Proxy | null): Promise<typeof Fetch> => {
  const { Agent, fetch, Pool, ProxyAgent } = await import('undici')
  if (proxy === null) {
    const dispatcher = new Agent()
    return (url, request) => fetch(url, { ...request, dispatcher })
  }
  class TunnelPool extends Pool {
    override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
      const tunnel = await super.connect(options)
      if (tunnel.statusCode === 200) return tunnel
      tunnel.socket.on('error', () => undefined).destroy()
      throw new ProxyRefusal(tunnel.statusCode)
    }
  }
  const dispatcher = new ProxyAgent({
    uri: proxy.url,
    ...(proxy.authorization === null ? {} : { token: proxy.authorization }),
    // What goes by http:// is asked of the proxy itself: many allow CONNECT to port 443 only.
    proxyTunnel: false,
    clientFactory: (origin, options) => new TunnelPool(origin, options),
  })
  return (url, request) => fetch(url, { ...request, dispatcher })
}

const readWhole = async (body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, maximum: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maximum) throw tooLong
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
