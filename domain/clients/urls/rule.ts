import type { UrlContext, UrlKind } from './kinds.ts'
import { urlLists } from './kinds.ts'
import type { WrittenUrl } from './written-url.ts'

/** The shape of a rule about URLs. All that is known of it stands in its row; the guide is printed from that. */

/** Which clients a rule is about: in words for people, and as Auth0's members say it. */
export const audiences = {
  all: { words: 'all clients', has: () => true },
  notNative: {
    words: 'clients of another type than `native`',
    has: ({ appType }) => appType !== null && appType !== 'native',
  },
  thirdParty: { words: 'third-party clients', has: ({ firstParty }) => !firstParty },
  noOrganizations: { words: 'clients without organizations', has: ({ organizations }) => !organizations },
  prompting: { words: 'clients that do not skip the prompt', has: ({ promptSkipped }) => !promptSkipped },
} satisfies Readonly<Record<string, { words: string; has: (context: UrlContext) => boolean }>>
type Audience = keyof typeof audiences

export interface UrlRule {
  readonly id: string
  readonly outcome: 'refused' | 'warned'
  /** What the URL is for. */
  readonly kinds: readonly UrlKind[]
  readonly clients: Audience
  /** What it is about, as the guide says it. */
  readonly about: string
  /** One of the URLs that it is about. */
  readonly example: string
  /** Sentences in ASCII: they travel in a header. */
  readonly reason: string
  /** Who says so. */
  readonly source: string
  readonly applies: (url: WrittenUrl) => boolean
  /** What to say of one URL, where that is more than the reason. @param noun such as `callback URL` */
  readonly message?: (url: WrittenUrl, noun: string) => string
}

export type RuleRow = Omit<UrlRule, 'id' | 'outcome' | 'kinds' | 'clients'> &
  Partial<Pick<UrlRule, 'kinds' | 'clients'>>

/** Rules by their ids, about every URL of a list, and every client, unless they say otherwise. */
export const rulesOf = (outcome: UrlRule['outcome'], rows: Readonly<Record<string, RuleRow>>): readonly UrlRule[] =>
  Object.entries(rows).map(([id, row]) => Object.assign({ id, outcome, kinds: urlLists, clients: 'all' as const }, row))

/** Every URL, be it one of a list or alone. */
export const everyUrl: readonly UrlKind[] = [...urlLists, 'page']
/** Where Auth0 leads a browser to. */
export const redirects: readonly UrlKind[] = ['callback', 'logout']
/** Where a browser says that a request comes from. */
export const origins: readonly UrlKind[] = ['web-origin', 'cors-origin']

export const sources = {
  placeholders: 'Auth0: Subdomain URL Placeholders',
  settings: 'Auth0: Application Settings',
  impersonation: 'Auth0: Measures Against Application Impersonation',
  exact: 'Auth0: Redirect URI Mismatch Error',
  urlStandard: 'URL Standard, URL parsing',
} as const
