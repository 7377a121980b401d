/** What a URL of a client is for: one of its lists, or `page`, one page of the web such as where a login begins. */
export type UrlKind = 'callback' | 'logout' | 'web-origin' | 'cors-origin' | 'page'

/** The lists of URLs that a client has. */
export const urlLists: readonly UrlKind[] = ['callback', 'logout', 'web-origin', 'cors-origin']

/** What one element of each is called. */
export const nouns: Readonly<Record<UrlKind, string>> = {
  callback: 'callback URL',
  logout: 'logout URL',
  'web-origin': 'web origin',
  'cors-origin': 'CORS origin',
  page: 'URL',
}

/** Auth0's limit on each list. */
export const maximumUrls = 100

/** What of the client decides which URLs it may have. */
export interface UrlContext {
  readonly firstParty: boolean
  /** Auth0's `app_type`; null where it has none. */
  readonly appType: string | null
  /** Whether users sign in to it for an organization: Auth0's `organization_usage`. */
  readonly organizations: boolean
  /** Whether Auth0 asks nobody to confirm a callback: `skip_non_verifiable_callback_uri_confirmation_prompt`. */
  readonly promptSkipped: boolean
}
