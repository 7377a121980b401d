import type { Environment } from '../config/environment.ts'

/** A variable that names the proxy is no URL of one. Its value is not quoted: it may hold a password. */
export class ProxyMisconfigured extends Error {
  override readonly name = 'ProxyMisconfigured'
  readonly said: string
  readonly remedy: string

  constructor(variable: string) {
    const said = `${variable} is not the URL of a proxy.`
    const remedy =
      'Write it like http://proxy.example.com:3128 or http://user:password@proxy.example.com:3128, with special characters ' +
      'of the password as %XX.'
    super(`${said} ${remedy}`)
    this.said = said
    this.remedy = remedy
  }
}

/** One proxy. `authorization` is the value of its `Proxy-Authorization`; null where it asks for none. */
export interface Proxy {
  /** Without user name and password, and without a slash at the end. */
  readonly url: string
  readonly authorization: string | null
}

/** Which proxy an address is called through; null where it is called directly. */
export type ProxyOf = (url: URL) => Proxy | null

/**
 * Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in lower case first, by the rules of undici's `EnvHttpProxyAgent`, which
 * keeps its choice to itself: HTTPS_PROXY falls back to HTTP_PROXY; NO_PROXY lists hosts, with or without a port, each
 * with everything below it; `*` alone is every host.
 *
 * @throws ProxyMisconfigured
 */
export const proxiesOf = (env: Environment): ProxyOf => {
  const http = proxyIn(env, 'http_proxy')
  const https = proxyIn(env, 'https_proxy') ?? http
  const exceptions = exceptionsIn(env['no_proxy'] ?? env['NO_PROXY'] ?? '')
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http
    return proxy === null || exceptions(url) ? null : proxy
  }
}

const proxyIn = (env: Environment, name: string): Proxy | null => {
  const variable = env[name] === undefined ? name.toUpperCase() : name
  const text = env[variable]?.trim() ?? ''
  if (text === '') return null
  // Many programs take a proxy without a scheme.
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new ProxyMisconfigured(variable)
  return { url: url.origin, authorization: authorizationOf(url, variable) }
}

const authorizationOf = ({ username, password }: URL, variable: string): string | null => {
  if (username === '' && password === '') return null
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(pair).toString('base64')}`
  } catch {
    throw new ProxyMisconfigured(variable)
  }
}

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' }

/** Whether NO_PROXY names an address. */
const exceptionsIn = (list: string): ((url: URL) => boolean) => {
  if (list === '*') return () => true
  const entries = list
    .toLowerCase()
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const { host = entry, port } = /^(?<host>.+):(?<port>\d+)$/.exec(entry)?.groups ?? {}
      return { host: host.replace(/^\*?\./, ''), port }
    })
  return ({ hostname, port, protocol }) =>
    entries.some(
      (entry) =>
        (entry.port === undefined || Number(entry.port) === Number(port || defaultPorts[protocol])) &&
        (hostname === entry.host || hostname.endsWith(`.${entry.host}`)),
    )
}
