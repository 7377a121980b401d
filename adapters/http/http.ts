import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher, request as Request } from 'undici'
import { codeOf } from '../../domain/shape.ts'
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
  /** One GET, whose answer is read as it comes. @throws Unreachable where none came */
  readonly open: (
    url: string,
    request: Pick<HttpRequest, 'headers'> & { readonly signal: AbortSignal },
  ) => Promise<HttpStream>
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

/** An answer that may never end. */
interface HttpStream {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array>
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
  const ways = new Map<Proxy | null, Promise<typeof Request>>()
  const through = (proxy: Proxy | null): Promise<typeof Request> => {
    const known = ways.get(proxy) ?? wayOf(proxy)
    ways.set(proxy, known)
    return known
  }
  return {
    ask: async (address, { deadline, maximumBytes = Infinity, method = 'GET', headers, body = null }) => {
      const url = new URL(address)
      const proxy = proxyOf(url)
      const request = await through(proxy)
      try {
        const answer = await request(url, {
          method,
          headers: { 'accept-encoding': 'gzip', ...headers },
          body,
          signal: deadline,
        })
        const received = headersOf(answer.headers)
        const whole = await readWhole(answer.body, maximumBytes)
        const isPacked = received.get('content-encoding') === 'gzip' && whole.length > 0
        return {
          status: answer.statusCode,
          headers: received,
          body: isPacked ? await unpacked(whole, maximumBytes) : whole,
        }
      } catch (error) {
        throw unreachable(deadline.aborted ? deadlinePassed : error, url.origin, proxy !== null)
      }
    },
    open: async (address, { headers = {}, signal }) => {
      const url = new URL(address)
      const proxy = proxyOf(url)
      const request = await through(proxy)
      try {
        const { statusCode, body } = await request(url, { headers, signal })
        return { status: statusCode, body }
      } catch (error) {
        throw unreachable(error, url.origin, proxy !== null)
      }
    },
    proxyOf: (url) => proxyOf(new URL(url))?.url ?? null,
  }
}

const deadlinePassed = Object.assign(new Error('The deadline has passed.'), { code: 'TIMEOUT' })
const tooLong = Object.assign(new Error('The answer is too long.'), { code: 'TOO_LONG' })

const headersOf = (received: Dispatcher.ResponseData['headers']): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(received))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}

const gunzipped = promisify(gunzip)

const unpacked = async (body: Buffer, maximum: number): Promise<Buffer> => {
  try {
    return await gunzipped(body, maximum === Infinity ? {} : { maxOutputLength: maximum })
  } catch (error) {
    throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? tooLong : error
  }
}

/**
 * Loaded with the first call: it takes a tenth of a second, which a command that calls nobody need not wait. Not `fetch`: its
 * streams cost a busy worker more than all else about a call.
 */
const wayOf = async (proxy: Proxy | null): Promise<typeof Request> => {
  const { Agent, request, Pool, ProxyAgent } = await import('undici')
  if (proxy === null) {
    const dispatcher = new Agent()
    return (url, options) => request(url, { ...options, dispatcher })
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
  return (url, options) => request(url, { ...options, dispatcher })
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
