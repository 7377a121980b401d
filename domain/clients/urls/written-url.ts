import { filledIn, organization, withoutCustomDomain } from './placeholders.ts'

/** A URL as somebody has written it, in its parts. Nothing is corrected: Auth0 compares texts. */
export interface WrittenUrl {
  readonly text: string
  /** In lower case; empty where there is none. */
  readonly scheme: string
  /** http or https. */
  readonly isWeb: boolean
  /** Host and port, between `//` and the path; undefined where no `//` follows the scheme. */
  readonly authority: string | undefined
  readonly host: string
  /** The parts of the host between its dots. */
  readonly labels: readonly string[]
  /** Path, query and fragment. */
  readonly rest: string
  /** With words in the place of what Auth0 fills in. */
  readonly filled: string
  /** That, as URL parsers read it; undefined where they cannot. */
  readonly parsed: URL | undefined
}

export const schemeName = /^[a-z][a-z0-9+.-]*$/i
const ofScheme = /^([a-z][a-z0-9+.-]*):/i
/** `localhost:3000` has a port where a scheme would have its path. */
const portThen = /^\d{1,5}(?:[/?#]|$)/

/** Stands for a placeholder that holds dots. */
const customLabel = '{custom}'

/** Read from left to right, each part once. */
export const writtenUrl = (text: string): WrittenUrl => {
  const scheme = schemeOf(text)
  const behind = scheme === '' ? text : text.slice(scheme.length + 1)
  const isHierarchical = scheme !== '' && behind.startsWith('//')
  const after = isHierarchical ? behind.slice(2) : behind
  const end = after.search(/[/?#]/)
  const authority = !isHierarchical ? undefined : end < 0 ? after : after.slice(0, end)
  const host = hostOf(authority ?? '')
  const filled = filledIn(text)
  return {
    text,
    scheme,
    isWeb: scheme === 'http' || scheme === 'https',
    authority,
    host,
    labels: withoutCustomDomain(host, customLabel).split('.'),
    rest: !isHierarchical ? behind : end < 0 ? '' : after.slice(end),
    filled,
    parsed: URL.canParse(filled) ? new URL(filled) : undefined,
  }
}

const schemeOf = (text: string): string => {
  const [matched = '', scheme = ''] = ofScheme.exec(text) ?? []
  return portThen.test(text.slice(matched.length)) ? '' : scheme.toLowerCase()
}

/** Without the port. */
const hostOf = (authority: string): string => {
  if (authority.startsWith('[')) return authority.slice(0, authority.indexOf(']') + 1)
  const colon = authority.lastIndexOf(':')
  return colon < 0 ? authority : authority.slice(0, colon)
}

/** What stands for one label or more below a domain: the `*` or the organization in the leftmost label. */
export const isBelowDomain = ({ labels }: Pick<WrittenUrl, 'labels'>): boolean => {
  const [, ...others] = labels.filter((label) => label !== '')
  const [second = '', top = ''] = others.slice(-2)
  if (others.includes(customLabel) || isLocalName(others)) return true
  return others.length > 2 || (others.length === 2 && !(top.length === 2 && sharedSecond.has(second.toLowerCase())))
}

/** `localhost` alone: the one domain of a single label that people have names below. */
export const isLocalName = (labels: readonly string[]): boolean =>
  labels.length === 1 && labels[0]?.toLowerCase() === 'localhost'

/** Second levels that countries register everybody's domains below, such as co.uk and com.au. */
const sharedSecond = new Set(['ac', 'co', 'com', 'edu', 'gov', 'ne', 'net', 'or', 'org'])

/** Whether the machine of whoever signs in answers for it. */
export const isLoopback = ({ isWeb, host }: WrittenUrl): boolean => {
  const name = host.toLowerCase()
  return (
    isWeb && (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d+)+$/.test(name))
  )
}

export const hasOrganization = ({ text }: WrittenUrl): boolean => text.includes(organization)
