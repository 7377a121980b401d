import { isIP } from 'node:net'

/** Where a tenant's API is reached. `host` has a port only where insecure domains are allowed. */
export interface Address {
  readonly scheme: 'https' | 'http'
  readonly host: string
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const localNames = ['localhost', 'local', 'internal', 'localdomain', 'lan', 'intranet', 'home.arpa', 'corp', 'home']
const insecureRemedy = 'Only for a simulator, set allowInsecure: true on the tenant.'

const hostNameProblem = (host: string): string | undefined => {
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  // The URL standard reads a host whose last label is a number (0x.. too) as an IPv4 address: 127.1, 2130706433.
  if (isIP(host) !== 0 || /^(?:\d+|0x[0-9a-f]*)$/.test(last))
    return `A tenant domain is a name, not an IP address. ${insecureRemedy}`
  if (localNames.some((name) => host === name || host.endsWith(`.${name}`)))
    return `This name is reserved for private networks. ${insecureRemedy}`
  if (host.endsWith('.')) return 'Leave out the dot at the end.'
  if (labels.length < 2) return `This is no full domain name, like acme.eu.auth0.com. ${insecureRemedy}`
  if (host.length > 253 || !labels.every((part) => label.test(part)) || !/^[a-z]/.test(last))
    return 'This is no domain name, like acme.eu.auth0.com (international names are written as xn--…).'
  return undefined
}

const insecureProblem = (domain: string): string | undefined => {
  const url = URL.parse(/^https?:\/\//.test(domain) ? domain : `https://${domain}`)
  const bare = domain.replace(/^https?:\/\//, '')
  if (url === null || bare === '' || /[/?#@\\\s]/.test(bare))
    return 'This is no host, or host:port, with https:// or http:// before it.'
  return undefined
}

/**
 * What is wrong with a tenant's domain, as a sentence with its remedy; undefined where it is fine. Nexus sends the
 * tenant's credential there, and its API is reachable from networks that are not: so a domain may not be turned into
 * another address by a port, a path, user info or an IP address in any of its spellings.
 *
 * @param allowInsecure whether it is a simulator: then a port, an IP address and `http://` are fine
 */
export const domainProblem = (domain: string, allowInsecure: boolean): string | undefined => {
  if (allowInsecure) return insecureProblem(domain)
  if (domain.includes('@')) return 'A tenant domain may hold no user name or password.'
  if (domain.includes('://')) return `Write the domain only, without a scheme. ${insecureRemedy}`
  if (/[/?#\\]/.test(domain)) return 'Write the domain only, without a path or query.'
  if (/^\[|:.*:/.test(domain)) return `A tenant domain is a name, not an IP address. ${insecureRemedy}`
  if (domain.includes(':')) return `A tenant domain has no port. ${insecureRemedy}`
  return hostNameProblem(domain.toLowerCase())
}

/** Where a domain without problems leads. */
export const addressOf = (domain: string): Address => ({
  scheme: domain.startsWith('http://') ? 'http' : 'https',
  host: domain.replace(/^https?:\/\//, '').toLowerCase(),
})

/** Whether a text is an IP address, or a network as an address and the length of its prefix. */
export const isNetwork = (text: string): boolean => {
  const [address = '', prefix, ...more] = text.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more.length === 0 && bits > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
}
