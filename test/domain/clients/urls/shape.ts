import type { UrlContext, UrlKind } from '../../../../domain/clients/urls/kinds.ts'

/** How the tables of shapes are written: a URL as configurations of real applications have it, and what is said of it. */

const plain: UrlContext = { firstParty: true, appType: null, organizations: true, promptSkipped: false }

export const clients = {
  web: { ...plain, appType: 'regular_web' },
  spa: { ...plain, appType: 'spa' },
  native: { ...plain, appType: 'native' },
  untyped: plain,
  thirdParty: { ...plain, appType: 'regular_web', firstParty: false },
  alone: { ...plain, appType: 'regular_web', organizations: false },
  unasked: { ...plain, appType: 'native', promptSkipped: true },
} satisfies Readonly<Record<string, UrlContext>>

export interface Shape {
  readonly url: string
  readonly reason: string
  readonly kinds: readonly UrlKind[]
  readonly client: keyof typeof clients
  /** The rule that refuses it, or those that warn of it; none where it is fine. */
  readonly refused: string | null
  readonly warned: readonly string[]
}

export const callback: readonly UrlKind[] = ['callback']
export const logout: readonly UrlKind[] = ['logout']
export const redirects: readonly UrlKind[] = ['callback', 'logout']
export const origins: readonly UrlKind[] = ['web-origin', 'cors-origin']
export const page: readonly UrlKind[] = ['page']
export const all: readonly UrlKind[] = ['callback', 'logout', 'web-origin', 'cors-origin']

type Client = keyof typeof clients
const row = (
  url: string,
  reason: string,
  kinds: readonly UrlKind[],
  client: Client,
  refused: string | null,
  warned: readonly string[],
): Shape => ({ url, reason, kinds, client, refused, warned })

export const fine = (url: string, reason: string, kinds: readonly UrlKind[], client: Client = 'web'): Shape =>
  row(url, reason, kinds, client, null, [])
export const warned = (
  url: string,
  reason: string,
  rules: readonly string[],
  kinds: readonly UrlKind[],
  client: Client = 'web',
): Shape => row(url, reason, kinds, client, null, rules)
export const refused = (
  url: string,
  reason: string,
  rule: string,
  kinds: readonly UrlKind[],
  client: Client = 'web',
): Shape => row(url, reason, kinds, client, rule, [])

/** The rule about callbacks that nobody can verify. */
export const asked = 'not-verifiable'
