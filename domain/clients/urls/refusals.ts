import { hiddenProblem } from '../../texts/hidden.ts'
import { isUnfilled } from './placeholders.ts'
import { everyUrl, origins, rulesOf, sources } from './rule.ts'
import { placeholderRefusals } from './placeholder-refusals.ts'

/** Schemes that run or show what stands in the URL itself. */
const dangerous = new Set(['javascript', 'data', 'vbscript', 'blob', 'about', 'filesystem', 'view-source', 'jar'])
/** Schemes that lead no browser back to an application. */
const leadingNowhere = new Set(['ws', 'wss', 'ftp', 'ftps', 'mailto', 'tel', 'sms', 'chrome', 'edge'])

const longestHost = 253

/** @param host as a URL parser writes it: an address, or labels with a dot behind them at most */
const isHost = (host: string): boolean =>
  host.startsWith('[') ||
  (host.length <= longestHost + 1 &&
    host
      .replace(/\.$/, '')
      .split('.')
      .every((label) => /^[a-z0-9_-]{1,63}$/.test(label)))

/**
 * What never works or is dangerous, in the order in which it is looked for: the first that applies is said. A false refusal
 * is the worst fault, so each names who says so.
 */
export const refusals = rulesOf('refused', {
  hidden: {
    kinds: everyUrl,
    about: 'an invisible, control or direction-changing character anywhere, or a space at an end',
    example: 'https://app.example.com/callback(U+00A0)',
    reason: 'Auth0 keeps it, and no request matches it.',
    source: sources.exact,
    applies: ({ text }) => hiddenProblem(text) !== undefined,
    message: ({ text }) => hiddenProblem(text) ?? '',
  },
  unfilled: {
    kinds: everyUrl,
    about: 'a placeholder of a template, a shell or a document that nobody filled in',
    example: 'https://${HOST}/callback',
    reason: 'This holds a placeholder that nobody filled in.',
    source: 'Auth0 Deploy CLI: Keyword Replacement',
    applies: ({ text }) => isUnfilled(text),
  },
  joined: {
    kinds: everyUrl,
    about: 'several URLs in one element without a comma between them',
    example: 'https://a.example.com;https://b.example.com',
    reason: 'These are several URLs in one text. Write each as an element of its own.',
    source: sources.settings,
    applies: ({ text }) => /[;| ]\s{0,8}[a-z][a-z0-9+.-]{0,63}:\/\//i.test(text.split(/[?#]/, 1)[0] ?? ''),
  },
  characters: {
    kinds: everyUrl,
    about: 'a space inside, or one of `\\ < > "`',
    example: 'https://app.example.com/my callback',
    reason: 'No URL holds them, and browsers take a backslash for a slash.',
    source: 'RFC 3986, 2',
    applies: ({ text }) => /[ \\<>"]/.test(text),
    message: (_url, noun) => `A ${noun} may hold no spaces, control characters or any of \\ < > ".`,
  },
  'scheme-underscore': {
    kinds: everyUrl,
    about: 'an underscore in the scheme',
    example: 'my_app://callback',
    reason: 'A scheme holds letters, digits, + - and dots only: an underscore makes it none.',
    source: 'RFC 3986, 3.1',
    applies: ({ text }) => /^[a-z][a-z0-9+.-]{0,255}_[a-z0-9+._-]{0,255}:/i.test(text),
  },
  'no-scheme': {
    kinds: everyUrl,
    about: 'no scheme, or nothing behind it',
    example: 'localhost:3000/callback',
    reason: 'It is no absolute URL.',
    source: 'RFC 6749, 3.1.2',
    applies: ({ scheme, rest, authority }) => scheme === '' || (rest === '' && authority === undefined),
    message: (_url, noun) =>
      `This is not an absolute URL; a ${noun} looks like https://app.example.com${noun.endsWith('origin') ? '' : '/path'}.`,
  },
  'dangerous-scheme': {
    kinds: everyUrl,
    about: 'a scheme that runs or shows the text itself',
    example: 'javascript:alert(1)',
    reason: 'A browser would run or show what stands in the URL.',
    source: 'OWASP: Unvalidated Redirects and Forwards',
    applies: ({ scheme }) => dangerous.has(scheme),
    message: ({ scheme }) => `The scheme ${scheme}: is not allowed.`,
  },
  'scheme-without-way-back': {
    about: 'a scheme that leads no browser back to an application',
    example: 'wss://app.example.com',
    reason: 'No browser comes back to an application by it, or sends it as an origin.',
    source: 'RFC 6749, 3.1.2',
    applies: ({ scheme }) => leadingNowhere.has(scheme),
    message: ({ scheme }) => `No browser comes back to an application by ${scheme}:, or sends it as an origin.`,
  },
  'mistyped-scheme': {
    kinds: everyUrl,
    about: '`http` or `https` with a letter too many or too few',
    example: 'htps://app.example.com',
    reason: 'The scheme is no http or https; is https meant?',
    source: sources.exact,
    applies: ({ scheme, isWeb }) => !isWeb && /^(?:h+t+|tt+)p+s*$|^httsp$|^hpttp?s$/.test(scheme),
    message: ({ scheme }) => `The scheme ${scheme}: is no http or https; is https meant?`,
  },
  'slashes-missing': {
    kinds: everyUrl,
    about: '`http` or `https` without `//`',
    example: 'https:/app.example.com',
    reason: 'Two slashes stand behind http: and https:.',
    source: 'RFC 9110, 4.2',
    applies: ({ isWeb, authority }) => isWeb && authority === undefined,
  },
  'page-scheme': {
    about: 'another scheme than `https`',
    example: 'http://app.example.com/login',
    reason: 'Only https is allowed here.',
    source: sources.settings,
    kinds: ['page'],
    applies: ({ scheme }) => scheme !== 'https',
  },
  'no-origin': {
    about: 'a scheme without `//`',
    example: 'com.example.app:/callback',
    reason: 'An origin is a scheme, :// and a host.',
    source: 'RFC 6454, 6.2',
    kinds: origins,
    applies: ({ authority }) => authority === undefined,
  },
  'no-host': {
    kinds: everyUrl,
    about: '`http` or `https` without a host',
    example: 'https:///callback',
    reason: 'The host is missing.',
    source: 'RFC 9110, 4.2',
    applies: ({ isWeb, authority }) => isWeb && authority === '',
  },
  'doubled-scheme': {
    kinds: everyUrl,
    about: 'a scheme twice',
    example: 'https://https://app.example.com',
    reason: 'The scheme stands there twice, or a comma is missing between two URLs.',
    source: sources.exact,
    applies: ({ host, authority, rest }) =>
      /^https?$/i.test(host) || (authority?.endsWith(':') === true && rest.startsWith('//')),
  },
  fragment: {
    about: '`http` or `https` with a fragment',
    example: 'https://app.example.com/#/callback',
    reason: 'The response of a sign-in needs the place behind the #.',
    source: 'RFC 6749, 3.1.2',
    kinds: ['callback'],
    applies: ({ isWeb, text }) => isWeb && text.includes('#'),
    message: (_url, noun) => `A ${noun} may have no fragment (#...).`,
  },
  'user-info': {
    kinds: everyUrl,
    about: 'a user name or a password',
    example: 'https://app.example.com@evil.example',
    reason: 'It makes one host look like another.',
    source: 'RFC 9110, 4.2.4',
    applies: ({ authority }) => authority?.includes('@') === true,
    message: (_url, noun) => `A ${noun} may hold no user name or password.`,
  },
  ...placeholderRefusals,
  host: {
    kinds: everyUrl,
    about:
      'a host that no name can be: an empty or overlong part, or other characters than letters, digits, `-` and `_`',
    example: 'https://app..example.com',
    reason: 'There is no such host: its parts are 1 to 63 letters, digits, - and _.',
    source: 'RFC 1035, 2.3',
    applies: ({ isWeb, parsed }) => isWeb && parsed !== undefined && !isHost(parsed.hostname),
  },
  unreadable: {
    kinds: everyUrl,
    about: 'a host or a port that cannot be read',
    example: 'https://app.example.com:99999',
    reason: 'This is not a valid URL (host or port cannot be read).',
    source: sources.urlStandard,
    applies: ({ parsed }) => parsed === undefined || parsed.port === '0',
  },
})
