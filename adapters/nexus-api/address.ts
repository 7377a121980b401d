import { withoutSlashes } from '../../domain/texts/web-address.ts'
import { credentialRemedy } from './credential.ts'
import { RemoteError } from './errors.ts'

const example = 'such as https://nexus.example.com'

/**
 * The URL of an API, checked.
 *
 * @returns without a slash at the end
 * @throws RemoteError `not-configured`: no http(s) URL, or one with a user name, a query, a fragment or the API's paths
 */
export const remoteUrl = (raw: string): string => {
  const url = URL.parse(raw)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '')
    throw new RemoteError(
      'not-configured',
      `The URL of Nexus (--url or NEXUS_URL) must be a plain http or https URL, ${example}.`,
    )
  if (url.username !== '' || url.password !== '')
    throw new RemoteError(
      'not-configured',
      `The URL of Nexus may not contain a user name or password. ${credentialRemedy}`,
    )
  const path = withoutSlashes(url.pathname)
  const parts = path.split('/')
  if (parts.includes('v1')) {
    const before = parts.slice(0, parts.indexOf('v1')).join('/')
    throw new RemoteError(
      'not-configured',
      `The URL of Nexus ends before /v1: use ${url.origin}${before} in place of ${url.origin}${path}.`,
    )
  }
  return `${url.origin}${path}`
}
