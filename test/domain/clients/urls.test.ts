import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UrlKind } from '../../../domain/clients/urls.ts'
import { splitUrls, urlProblem } from '../../../domain/clients/urls.ts'
import type { UrlContext } from '../../../domain/clients/urls.ts'

const web: UrlContext = { firstParty: true, appType: 'regular_web' }
const native: UrlContext = { firstParty: true, appType: 'native' }
const untyped: UrlContext = { firstParty: true, appType: null }
const thirdParty: UrlContext = { firstParty: false, appType: 'regular_web' }

const allowed: readonly { reason: string; url: string; kind: UrlKind; context?: UrlContext }[] = [
  { reason: 'https', url: 'https://app.example.com/callback', kind: 'callback' },
  { reason: 'http on localhost with a port', url: 'http://localhost:3000/callback', kind: 'callback' },
  { reason: 'an address', url: 'http://127.0.0.1:8080', kind: 'callback' },
  { reason: 'an IPv6 address', url: 'http://[::1]:8080/callback', kind: 'callback' },
  { reason: 'a query', url: 'https://app.example.com/callback?a=b&c=d', kind: 'callback' },
  { reason: 'a comma in a query is part of the URL', url: 'https://app.example.com/callback?a=1,2', kind: 'callback' },
  { reason: 'escaped characters', url: 'https://app.example.com/a%20b', kind: 'callback' },
  { reason: 'scheme and host in capitals', url: 'HTTPS://App.Example.com', kind: 'callback' },
  { reason: 'a wildcard as a label', url: 'https://*.example.com/callback', kind: 'callback' },
  { reason: 'a wildcard with a prefix', url: 'https://pr-*.example.com', kind: 'callback' },
  { reason: 'a wildcard with a suffix', url: 'https://*-preview.example.com', kind: 'logout' },
  { reason: 'a wildcard origin', url: 'https://*.example.com', kind: 'web-origin' },
  { reason: 'an organization in a callback', url: 'https://{organization_name}.example.com/cb', kind: 'callback' },
  { reason: 'an organization in a CORS origin', url: 'https://{organization_name}.example.com', kind: 'cors-origin' },
  { reason: "a native client's own scheme", url: 'com.example.app://callback', kind: 'callback', context: native },
  {
    reason: 'an own scheme where the type is not known',
    url: 'com.example.app://callback',
    kind: 'callback',
    context: untyped,
  },
  { reason: 'an own scheme with nothing behind it', url: 'myapp://', kind: 'logout', context: native },
  { reason: 'an origin with a port', url: 'https://app.example.com:8443', kind: 'web-origin' },
  { reason: 'one page, with a query and a fragment', url: 'https://app.example.com/login?a=b#top', kind: 'page' },
  { reason: "one page of an organization's", url: 'https://{organization_name}.example.com/login', kind: 'page' },
  { reason: 'an asterisk in the path of a page is no wildcard', url: 'https://app.example.com/a*b', kind: 'page' },
]

const refused: readonly { reason: string; url: string; kind: UrlKind; context?: UrlContext; says: RegExp }[] = [
  { reason: 'nothing', url: '', kind: 'callback', says: /not an absolute URL/ },
  { reason: 'no scheme', url: 'app.example.com/callback', kind: 'callback', says: /not an absolute URL/ },
  { reason: 'a path', url: '/callback', kind: 'callback', says: /not an absolute URL/ },
  { reason: 'no host', url: 'https:///callback', kind: 'callback', says: /host is missing/ },
  { reason: 'script', url: 'javascript:alert(1)', kind: 'callback', says: /javascript: is not allowed/ },
  {
    reason: 'script in capitals, as a URL',
    url: 'JavaScript://x/%0aalert(1)',
    kind: 'callback',
    context: native,
    says: /not allowed/,
  },
  { reason: 'data', url: 'data:text/html,x', kind: 'callback', says: /data: is not allowed/ },
  { reason: 'script as a page', url: 'javascript:alert(1)', kind: 'page', says: /javascript: is not allowed/ },
  { reason: 'a page without encryption', url: 'http://app.example.com/login', kind: 'page', says: /Only https/ },
  { reason: 'an own scheme is no page', url: 'myapp://login', kind: 'page', context: native, says: /Only https/ },
  { reason: 'a page stands for itself', url: 'https://*.example.com/login', kind: 'page', says: /for lists of URLs/ },
  { reason: 'a page without a host', url: 'https:///login', kind: 'page', says: /host is missing/ },
  { reason: 'a fragment', url: 'https://app.example.com/#top', kind: 'callback', says: /fragment/ },
  { reason: 'user info', url: 'https://user:pw@app.example.com', kind: 'callback', says: /user name or password/ },
  {
    reason: 'user info that looks like the host',
    url: 'https://app.example.com@evil.test/',
    kind: 'callback',
    says: /user name/,
  },
  {
    reason: 'a backslash, which browsers take for a slash',
    url: 'https://evil.test\\@app.example.com',
    kind: 'callback',
    says: /spaces, control/,
  },
  { reason: 'a space', url: 'https://app.example.com/a b', kind: 'callback', says: /spaces/ },
  { reason: 'a line break', url: 'https://app.example.com\n', kind: 'callback', says: /control characters/ },
  {
    reason: 'a tab, which URL parsers drop',
    url: 'https://app.exa\tmple.com',
    kind: 'callback',
    says: /control characters/,
  },
  { reason: 'a port out of range', url: 'https://app.example.com:99999', kind: 'callback', says: /not a valid URL/ },
  { reason: 'two wildcards', url: 'https://*.*.example.com', kind: 'callback', says: /Only one wildcard/ },
  { reason: 'a wildcard that is not leftmost', url: 'https://app.*.example.com', kind: 'callback', says: /leftmost/ },
  { reason: 'a wildcard in the path', url: 'https://app.example.com/*', kind: 'callback', says: /leftmost/ },
  { reason: 'a wildcard in the port', url: 'https://app.example.com:*', kind: 'callback', says: /leftmost/ },
  { reason: 'a wildcard for a whole top level domain', url: 'https://*.com', kind: 'callback', says: /below a domain/ },
  { reason: 'a wildcard alone', url: 'https://*', kind: 'callback', says: /below a domain/ },
  {
    reason: 'a wildcard in an own scheme',
    url: 'com.example.app://*.example.com',
    kind: 'callback',
    context: native,
    says: /http or https/,
  },
  {
    reason: 'a wildcard of a third party',
    url: 'https://*.example.com',
    kind: 'callback',
    context: thirdParty,
    says: /first-party/,
  },
  {
    reason: 'a wildcard and an organization',
    url: 'https://*.{organization_name}.example.com',
    kind: 'callback',
    says: /together/,
  },
  {
    reason: 'an organization in a logout URL',
    url: 'https://{organization_name}.example.com',
    kind: 'logout',
    says: /not allowed in a logout URL/,
  },
  {
    reason: 'an organization in a web origin',
    url: 'https://{organization_name}.example.com',
    kind: 'web-origin',
    says: /not allowed/,
  },
  {
    reason: 'an own scheme for a web client',
    url: 'com.example.app://callback',
    kind: 'callback',
    says: /native clients/,
  },
  {
    reason: 'a path in a web origin',
    url: 'https://app.example.com/path',
    kind: 'web-origin',
    says: /scheme, host and port only/,
  },
  {
    reason: 'a slash in a CORS origin',
    url: 'https://app.example.com/',
    kind: 'cors-origin',
    says: /scheme, host and port only/,
  },
  {
    reason: 'a query in an origin',
    url: 'https://app.example.com?x',
    kind: 'cors-origin',
    says: /scheme, host and port only/,
  },
]

/** A text without what splitting may take away. */
const squeeze = (text: string): string => text.replaceAll(/[\s,]/g, '')

describe('allowed', () => {
  test.each(allowed)('$reason: $url', ({ url, kind, context = web }) => {
    expect(urlProblem(url, kind, context)).toBeUndefined()
  })
})

describe('refused, with the reason', () => {
  test.each(refused)('$reason: $url', ({ url, kind, context = web, says }) => {
    expect(urlProblem(url, kind, context)).toMatch(says)
  })
})

describe('several URLs in one element', () => {
  test.each([
    { reason: 'two', element: 'https://a.test,https://b.test', urls: ['https://a.test', 'https://b.test'] },
    {
      reason: 'spaces around the comma',
      element: 'https://a.test , https://b.test',
      urls: ['https://a.test', 'https://b.test'],
    },
    { reason: 'own schemes too', element: 'app.one://x,app.two://y', urls: ['app.one://x', 'app.two://y'] },
    { reason: 'one URL stays as it is', element: 'https://a.test', urls: ['https://a.test'] },
    { reason: 'a comma in a query stays', element: 'https://a.test?x=1,2', urls: ['https://a.test?x=1,2'] },
    {
      reason: 'both kinds of comma',
      element: 'https://a.test?x=1,2,https://b.test',
      urls: ['https://a.test?x=1,2', 'https://b.test'],
    },
    { reason: 'what is no URL is not split', element: 'a,b', urls: ['a,b'] },
    { reason: 'words before a URL are not split off', element: 'a,https://b.test', urls: ['a,https://b.test'] },
    { reason: 'a comma at the end stays', element: 'https://a.test,', urls: ['https://a.test,'] },
    { reason: 'nothing', element: '', urls: [''] },
  ])('$reason', ({ element, urls }) => {
    expect(splitUrls(element)).toEqual(urls)
  })

  test('joining URLs with commas and splitting them gives them back', () => {
    const url = fc.webUrl({ withQueryParameters: true }).filter((one) => !/,\s*[a-z][a-z0-9+.-]*:\/\//i.test(one))
    fc.assert(
      fc.property(fc.array(url, { minLength: 1, maxLength: 5 }), fc.constantFrom(',', ', ', ' , '), (urls, comma) => {
        expect(splitUrls(urls.join(comma))).toEqual(urls)
      }),
    )
  })

  test('nothing is lost and nothing is made up, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', ' ', ':', '/', 'h://', 'h://x') }), (element) => {
        expect(squeeze(splitUrls(element).join(''))).toBe(squeeze(element))
      }),
    )
  })

  // How the contract would be written down if time did not matter: these patterns take the square of it.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*.*$/i
  const asWritten = (element: string): string[] => {
    const pieces = element.split(/,\s*(?=[a-z][a-z0-9+.-]*:\/\/)/i).map((piece) => piece.trim())
    return pieces.length > 1 && pieces.every((piece) => absolute.test(piece)) ? pieces : [element]
  }

  test('splits where the contract says, whatever the text', () => {
    const part = fc.constantFrom(
      'a',
      'B',
      '1',
      '-',
      ',',
      ' ',
      '\n',
      '\u2028',
      ':',
      '/',
      '?',
      '#',
      '://',
      'a://',
      ',b://',
      ', c:',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 24 }), (parts) => {
        expect(splitUrls(parts.join(''))).toEqual(asWritten(parts.join('')))
      }),
      { numRuns: 2000 },
    )
  })

  // Code that `npm run mutation` has instrumented takes its own time.
  test.skipIf(process.env['NEXUS_TEST_INSTRUMENTED'] === 'true')('no text takes long to judge', () => {
    for (const text of [
      `a://${'x'.repeat(100_000)}/\ny,b://c`,
      `${'a://,'.repeat(50_000)}\n`,
      `${',a'.repeat(50_000)}://`,
      `https://${',a'.repeat(50_000)}`,
      `a${', '.repeat(50_000)}`,
      `,${'a'.repeat(100_000)}`,
      '*'.repeat(100_000),
    ]) {
      const start = performance.now()
      splitUrls(text)
      urlProblem(text, 'callback', web)
      expect(performance.now() - start).toBeLessThan(500)
    }
  })
})

test('a URL that is allowed can be read by a URL parser', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string().map((text) => `https://${text}`),
      ),
      (url) => {
        const readable = URL.canParse(url.replaceAll('*', 'x').replaceAll('{organization_name}', 'x'))
        expect(readable || urlProblem(url, 'callback', web) !== undefined).toBe(true)
      },
    ),
  )
})
