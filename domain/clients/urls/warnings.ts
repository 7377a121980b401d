import { hiddenIn } from '../../texts/hidden.ts'
import { everyUrl, origins, redirects, rulesOf, sources } from './rule.ts'
import { hasOrganization, isLocalName, isLoopback } from './written-url.ts'
import type { WrittenUrl } from './written-url.ts'

/** Places where everybody can have a name, and deploy what they like below it. Not all of them. */
const sharedHosts = new Set([
  'amplifyapp.com',
  'azurestaticapps.net',
  'azurewebsites.net',
  'cloudfront.net',
  'firebaseapp.com',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'netlify.app',
  'ngrok-free.app',
  'ngrok.app',
  'ngrok.io',
  'onrender.com',
  'pages.dev',
  'repl.co',
  'replit.app',
  'surge.sh',
  'trycloudflare.com',
  'up.railway.app',
  'vercel.app',
  'web.app',
  'workers.dev',
])

/** As a URL parser would write it, but for the slash that it puts behind a bare host. */
const asParsed = ({ parsed, filled, isWeb, scheme, authority, rest }: WrittenUrl): boolean => {
  if (parsed === undefined) return true
  const bare = (isWeb || scheme === 'file') && authority !== undefined && !rest.startsWith('/')
  return parsed.href === (bare ? `${filled.slice(0, filled.length - rest.length)}/${rest}` : filled)
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What may not work, or not as somebody expects: accepted, and said. All that apply are. */
export const warnings = rulesOf('warned', {
  'own-scheme': {
    about: 'a scheme of an application of its own, or `file:`',
    example: 'demo://tenant.example.com/android/callback',
    reason: 'Schemes other than http and https are for native clients, and this client is of another type.',
    source: sources.settings,
    kinds: redirects,
    clients: 'notNative',
    applies: ({ isWeb }) => !isWeb,
  },
  'not-verifiable': {
    about: "a scheme of an application's own, or an address of the user's own machine",
    example: 'http://localhost:3000/callback',
    reason:
      'Nobody can verify which application receives this, so Auth0 may ask each user to confirm the sign-in; ' +
      'skip_non_verifiable_callback_uri_confirmation_prompt of the client switches that off.',
    source: sources.impersonation,
    kinds: ['callback'],
    clients: 'prompting',
    applies: (url) => !url.isWeb || isLoopback(url),
  },
  file: {
    about: '`file:`',
    example: 'file:///callback',
    reason: 'Browsers open no file from a web page, and send "null" as the origin of one.',
    source: 'RFC 6454, 4',
    applies: ({ scheme }) => scheme === 'file',
  },
  'no-slash': {
    about: "a scheme of an application's own without a slash behind it",
    example: 'com.example.app:callback',
    reason: 'A slash stands behind a scheme of an application, as in com.example.app:/callback.',
    source: 'RFC 8252, 7.1',
    kinds: redirects,
    applies: ({ authority, rest }) => authority === undefined && !rest.startsWith('/'),
  },
  'ignored-fragment': {
    about: 'a fragment',
    example: 'https://app.example.com/#/login',
    reason: 'Auth0 ignores what stands behind the # when it compares logout URLs.',
    source: sources.settings,
    kinds: ['logout'],
    applies: ({ text }) => text.includes('#'),
  },
  'own-scheme-fragment': {
    about: 'a fragment with another scheme than `http` or `https`',
    example: 'file:///#/callback',
    reason: 'The response of a sign-in needs the place behind the #.',
    source: 'RFC 6749, 3.1.2',
    kinds: ['callback'],
    applies: ({ isWeb, text }) => !isWeb && text.includes('#'),
  },
  'more-than-origin': {
    about: 'a path, a query or a fragment, be it a slash only',
    example: 'https://app.example.com/',
    reason: 'An origin is scheme, host and port only; with more behind them Auth0 may not match it.',
    source: sources.settings,
    kinds: origins,
    applies: ({ rest }) => rest !== '',
  },
  'written-otherwise': {
    kinds: everyUrl,
    about: 'capitals in scheme or host, letters beyond ASCII, a standard port, `.` or `..` in the path',
    example: 'HTTPS://App.Example.com:443/callback',
    reason:
      'Browsers and URL libraries write this otherwise (scheme and host in lower case, xn-- and % for letters beyond ASCII, ' +
      'no standard port, no dot segments), and Auth0 compares texts exactly: it may not match.',
    source: `${sources.exact}; ${sources.urlStandard}`,
    applies: (url) => !asParsed(url),
  },
  'stray-percent': {
    kinds: everyUrl,
    about: '`%` without two hexadecimal digits',
    example: 'https://app.example.com/100%',
    reason: 'Two hexadecimal digits stand behind a %, and many programs take no other.',
    source: 'RFC 3986, 2.1',
    applies: ({ text }) => /%(?![0-9a-f]{2})/i.test(text),
  },
  'encoded-hidden': {
    kinds: everyUrl,
    about: 'an encoded character that nobody sees, or an encoded space at the end',
    example: 'https://app.example.com/callback%20',
    reason: 'It holds an encoded character that nobody sees, which a copied text may have brought along.',
    source: sources.exact,
    applies: ({ text }) => text.endsWith('%20') || (text.includes('%') && hiddenIn(decoded(text)) >= 0),
  },
  'odd-characters': {
    kinds: everyUrl,
    about: "one of `^`, `|` or a back quote, or brackets outside the host's address",
    example: 'https://app.example.com/?scope=a|b',
    reason: 'No URL holds ^ | [ ] or a back quote but encoded, and some programs encode them.',
    source: 'RFC 3986, 2.2',
    applies: ({ text, rest }) => /[\^|`]/.test(text) || /[[\]]/.test(rest),
  },
  'trailing-dot': {
    kinds: everyUrl,
    about: 'a dot at the end of the host',
    example: 'https://app.example.com./callback',
    reason: 'With the dot behind it the host is another origin for a browser.',
    source: sources.urlStandard,
    applies: ({ isWeb, host }) => isWeb && host.endsWith('.'),
  },
  'wildcard-shared-host': {
    about: 'a wildcard directly below a host where everybody can have a name',
    example: 'https://*-team.vercel.app',
    reason:
      'Everybody can have a name below this host, and the wildcard may match theirs. Name the hosts, or use a domain of yours.',
    source: sources.placeholders,
    applies: ({ host }) => host.includes('*') && sharedHosts.has(host.slice(host.indexOf('.') + 1).toLowerCase()),
  },
  'below-localhost': {
    about: 'a wildcard or `{organization_name}` directly below `localhost`',
    example: 'http://*.localhost:3000',
    reason: 'Auth0 promises wildcards and placeholders below a domain only, and localhost may count as none.',
    source: sources.placeholders,
    applies: (url) => (url.host.includes('*') || hasOrganization(url)) && isLocalName(url.labels.slice(1)),
  },
  'no-organizations': {
    about: 'the placeholder `{organization_name}`',
    example: 'https://{organization_name}.example.com',
    reason:
      'Auth0 fills in {organization_name} only where the client has organization_usage allow or require, and this one has not.',
    source: sources.placeholders,
    kinds: ['callback', 'cors-origin'],
    clients: 'noOrganizations',
    applies: hasOrganization,
  },
})
