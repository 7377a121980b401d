import { greatestCounts } from '../texts/lengths.ts'

/**
 * What Auth0 allows in the URLs of a client. Auth0 itself says of malformed wildcards that they "do not work"
 * rather than refusing them, so Nexus refuses them. Source: Auth0's documents on application URLs and subdomain
 * placeholders.
 */

/** What a URL is for. `page`: one page of the web that people are sent to, such as where a login begins. */
export type UrlKind = 'callback' | 'logout' | 'web-origin' | 'cors-origin' | 'page'

interface Rules {
  readonly noun: string
  /** A web origin: scheme, host and port only. */
  readonly originOnly: boolean
  readonly organizationPlaceholder: boolean
  /** One page: https only, no wildcard, and a fragment is a part of its address. */
  readonly onePage?: true
}

const rules: Readonly<Record<UrlKind, Rules>> = {
  callback: { noun: 'callback URL', originOnly: false, organizationPlaceholder: true },
  logout: { noun: 'logout URL', originOnly: false, organizationPlaceholder: false },
  'web-origin': { noun: 'web origin', originOnly: true, organizationPlaceholder: false },
  'cors-origin': { noun: 'CORS origin', originOnly: true, organizationPlaceholder: true },
  page: { noun: 'URL', originOnly: false, organizationPlaceholder: true, onePage: true },
}

/** What of the client decides which URLs it may have. */
export interface UrlContext {
  readonly firstParty: boolean
  /** Auth0's `app_type`; null where it has none. */
  readonly appType: string | null
}

/** Auth0's limit on each list. */
export const maximumUrls = 100

const placeholder = '{organization_name}'
const dangerousSchemes = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'about:'])
const webSchemes = new Set(['http:', 'https:'])
const schemeName = /^[a-z][a-z0-9+.-]*$/i
const lineEnd = /[\n\r\u2028\u2029]/

interface Parts {
  readonly scheme: string
  readonly authority: string
  /** Path, query and fragment. */
  readonly rest: string
}

/** An absolute URL in its parts; undefined for what does not look like one. Read from left to right, each part once. */
const partsOf = (url: string): Parts | undefined => {
  const colon = url.indexOf('://')
  const scheme = url.slice(0, Math.max(0, colon))
  if (!schemeName.test(scheme)) return undefined
  const behind = url.slice(colon + 3)
  const end = behind.search(/[/?#]/)
  const authority = end < 0 ? behind : behind.slice(0, end)
  const rest = end < 0 ? '' : behind.slice(end)
  return lineEnd.test(rest) ? undefined : { scheme, authority, rest }
}

const wildcardProblem = (url: string, authority: string, scheme: string, context: UrlContext): string | undefined => {
  const host = authority.replace(/:\d*$/, '')
  const [leftmost = '', ...others] = host.split('.')
  if (!context.firstParty) return 'A wildcard is for first-party clients only.'
  if (!webSchemes.has(scheme)) return 'A wildcard needs http or https.'
  if (url.split('*').length > 2) return 'Only one wildcard is allowed.'
  if (!leftmost.includes('*')) return 'A wildcard may stand in the leftmost label of the host only.'
  if (others.filter((label) => label !== '').length < 2)
    return 'A wildcard must stand below a domain, as in https://*.example.com.'
  if (url.includes(placeholder)) return `A wildcard and ${placeholder} cannot stand together.`
  return undefined
}

/**
 * What is wrong with one URL, as a sentence with its remedy; undefined where it is fine.
 *
 * @param kind what it is for
 */
export const urlProblem = (url: string, kind: UrlKind, context: UrlContext): string | undefined => {
  const { noun, originOnly, organizationPlaceholder, onePage = false } = rules[kind]
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u0020\u007f\\<>"^`|]/.test(url))
    return `A ${noun} may hold no spaces, control characters or any of \\ < > " ^ \` |.`
  const schemeOnly = /^([a-z][a-z0-9+.-]*:)/i.exec(url)?.[1]?.toLowerCase()
  if (schemeOnly !== undefined && dangerousSchemes.has(schemeOnly)) return `The scheme ${schemeOnly} is not allowed.`
  const parts = partsOf(url)
  if (parts === undefined)
    return `This is not an absolute URL; a ${noun} looks like https://app.example.com${originOnly ? '' : '/path'}.`
  const { authority, rest } = parts
  const scheme = `${parts.scheme.toLowerCase()}:`
  if (onePage && scheme !== 'https:') return 'Only https is allowed here.'
  if (onePage && authority.includes('*')) return 'A wildcard is for lists of URLs only.'
  if (url.includes('#') && !onePage) return `A ${noun} may have no fragment (#…).`
  if (authority.includes('@')) return `A ${noun} may hold no user name or password.`
  if (webSchemes.has(scheme) && authority === '') return 'The host is missing.'
  if (!webSchemes.has(scheme) && context.appType !== null && context.appType !== 'native')
    return `The scheme ${scheme} is for native clients; this client's type is ${context.appType}. Use https.`
  if (originOnly && rest !== '') return `A ${noun} is scheme, host and port only; leave out ${JSON.stringify(rest)}.`
  if (url.includes('*') && !onePage) {
    const problem = wildcardProblem(url, authority, scheme, context)
    if (problem !== undefined) return problem
  }
  if (url.includes(placeholder) && !organizationPlaceholder) return `${placeholder} is not allowed in a ${noun}.`
  const concrete = url.replaceAll(placeholder, 'organization').replaceAll('*', 'wildcard')
  if (!URL.canParse(concrete)) return `This is not a valid URL (host or port cannot be read).`
  return undefined
}

/** Where `index` comes to when it walks left over characters of a kind, no further than `end`. */
const leftOver = (text: string, index: number, end: number, isOfKind: (character: string) => boolean): number => {
  let place = index
  while (place > end && isOfKind(text.charAt(place - 1))) place -= 1
  return place
}

const schemeCharacters = new Set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-')
const isOfScheme = (character: string): boolean => schemeCharacters.has(character)
/** As `trim` sees it. */
const isSpace = (character: string): boolean =>
  character <= ' ' || character >= '\u00a0' ? character.trim() === '' : false

/**
 * The pieces between commas that an absolute URL follows. From each `://` it walks left over the scheme and white space,
 * no further than the `://` before: so every character is passed twice at most, however many commas there are.
 */
const piecesOf = (element: string): string[] => {
  const pieces: string[] = []
  let begin = 0
  let passed = 0
  for (let colon = element.indexOf('://'); colon >= 0; colon = element.indexOf('://', passed)) {
    const scheme = leftOver(element, colon, passed, isOfScheme)
    const comma = leftOver(element, scheme, passed, isSpace) - 1
    if (comma >= passed && element[comma] === ',' && schemeName.test(element.slice(scheme, colon))) {
      pieces.push(element.slice(begin, comma))
      begin = scheme
    }
    passed = colon + 3
  }
  return [...pieces, element.slice(begin)]
}

/**
 * An element that holds several absolute URLs separated by commas, as those URLs; any other element as it is.
 * Source: the contract, "multiple values should be comma separated".
 */
export const splitUrls = (element: string): string[] => {
  const found = piecesOf(element)
  // More than a list may have: whoever asked refuses them, and need not wait for what each of them is.
  if (found.length > greatestCounts.elements) return found
  const pieces = found.map((piece) => piece.trim())
  return pieces.length > 1 && pieces.every((piece) => partsOf(piece) !== undefined) ? pieces : [element]
}
