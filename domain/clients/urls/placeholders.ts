/** Texts in a URL that stand for another: those that Auth0 fills in, and those that somebody forgot to. */

export const organization = '{organization_name}'

const customDomain = /\{custom_domain\.metadata\.([^{}]*)\}/g

/** The keys that the placeholders for a custom domain's metadata name. */
export const customDomainKeys = (text: string): string[] => [...text.matchAll(customDomain)].map(([, key = '']) => key)

/** The text with a word in the place of each placeholder for a custom domain's metadata. */
export const withoutCustomDomain = (text: string, word: string): string => text.replaceAll(customDomain, word)

const organizationMetadata = /\{organization\.metadata\.[\w-]+\}/g

/** The text without all that Auth0 fills in, in a list of URLs or on a page alone. */
export const withoutPlaceholders = (text: string, kind: 'list' | 'page'): string => {
  const rest = withoutCustomDomain(text, '').replaceAll(organization, '')
  return kind === 'page' ? rest.replaceAll(organizationMetadata, '') : rest
}

/** A URL as it may look once Auth0 has filled it in. */
export const filledIn = (url: string): string =>
  withoutCustomDomain(url, 'custom')
    .replaceAll(organizationMetadata, 'organization')
    .replaceAll(organization, 'organization')
    .replaceAll('*', 'wildcard')

/** How templates, shells and pipelines write a variable, and what the documents of others call one. */
const unfilled: readonly RegExp[] = [
  /[$#%]\{|\{\{|\{%|\[\[|\$\([\w.:-]{1,64}\)|<[%A-Za-z_][^<>/:]{0,64}>/,
  /##[\w.-]{1,64}##/,
  /@@[\w.-]{1,64}@@/,
  /__[A-Z][A-Z0-9_]{0,63}__/,
  /%(?![0-9A-Fa-f]{2})[A-Za-z_]\w{1,63}%/,
  /%[A-Za-z_]\w{1,63}%(?![0-9A-Fa-f]{2})/,
  /\b(?:YOUR[-_][A-Z]|REPLACE_?ME|CHANGE_?ME)/,
  /^https?:\/\/(?:undefined|null|nan)(?:[:/?#]|$)/i,
  // The same after something has encoded it.
  /%(?:24|23|25)%7B|%7B%7B|%24%28|%3C[A-Z_]{1,64}%3E|%7B(?:organization_name|custom_domain\.)/i,
]

/** In a host alone: a path may hold the like. */
const unfilledHost = /\$[A-Za-z_]|__\w{1,64}__/

/** Whether somebody has left a variable in it. */
export const isUnfilled = (url: string): boolean => {
  const [, , host = ''] = url.split(/[/?#]/, 3)
  return unfilledHost.test(host) || unfilled.some((pattern) => pattern.test(url))
}
