import { customDomainKeys, organization, withoutPlaceholders } from './placeholders.ts'
import { sources } from './rule.ts'
import type { RuleRow } from './rule.ts'
import { hasOrganization, isBelowDomain } from './written-url.ts'
import type { WrittenUrl } from './written-url.ts'

/** What Auth0's documents say that a `*` or a placeholder does not work with. Source: Subdomain URL Placeholders. */

const hasWildcard = ({ text }: WrittenUrl): boolean => text.includes('*')
const hasCustomDomain = ({ text }: WrittenUrl): boolean => customDomainKeys(text).length > 0
const leftmost = ({ labels }: WrittenUrl): string => labels[0] ?? ''
/** A key that anybody may see, and none inside another. */
const publicKey = /^(?:public|PUBLIC)_[\w-]+$/
const source = sources.placeholders

export const placeholderRefusals = {
  'wildcard-third-party': {
    about: 'a wildcard',
    example: 'https://*.example.com',
    reason: 'A wildcard is for first-party clients only.',
    source,
    clients: 'thirdParty',
    applies: hasWildcard,
  },
  'wildcard-scheme': {
    about: 'a wildcard with another scheme than `http` or `https`',
    example: 'com.example.app://*.example.com',
    reason: 'A wildcard needs http or https.',
    source,
    applies: (url) => hasWildcard(url) && !url.isWeb,
  },
  'wildcard-twice': {
    about: 'more than one wildcard',
    example: 'https://*.*.example.com',
    reason: 'Only one wildcard is allowed.',
    source,
    applies: ({ text }) => text.indexOf('*') !== text.lastIndexOf('*'),
  },
  'wildcard-place': {
    about: 'a wildcard anywhere but in the leftmost part of the host',
    example: 'https://app.example.com/*',
    reason: 'A wildcard may stand in the leftmost label of the host only.',
    source,
    applies: (url) => hasWildcard(url) && !leftmost(url).includes('*'),
  },
  'wildcard-domain': {
    about: 'a wildcard in the place of a whole domain',
    example: 'https://*.com',
    reason: 'A wildcard must stand below a domain, as in https://*.example.com.',
    source,
    applies: (url) => hasWildcard(url) && !isBelowDomain(url),
  },
  'wildcard-and-placeholder': {
    about: 'a wildcard beside a placeholder',
    example: 'https://*.{organization_name}.example.com',
    reason: 'A wildcard and a placeholder cannot stand together.',
    source,
    applies: (url) => hasWildcard(url) && (hasOrganization(url) || hasCustomDomain(url)),
  },
  'wildcard-alone': {
    about: 'a wildcard in the host',
    example: 'https://*.example.com/login',
    reason: 'A wildcard is for lists of URLs only.',
    source,
    kinds: ['page'],
    applies: ({ host }) => host.includes('*'),
  },
  'organization-list': {
    about: 'the placeholder `{organization_name}`',
    example: 'https://{organization_name}.example.com',
    reason: 'Auth0 fills it in for callback URLs and CORS origins only.',
    source,
    kinds: ['logout', 'web-origin'],
    applies: hasOrganization,
    message: (_url, noun) => `${organization} is not allowed in a ${noun}.`,
  },
  'organization-scheme': {
    about: '`{organization_name}` with another scheme than `http` or `https`',
    example: 'com.example.app://{organization_name}.example.com',
    reason: 'The placeholder {organization_name} needs http or https.',
    source,
    applies: (url) => hasOrganization(url) && !url.isWeb,
  },
  'organization-place': {
    about: '`{organization_name}` anywhere but once, as the whole leftmost part of a host below a domain',
    example: 'https://app-{organization_name}.example.com',
    reason:
      'The placeholder {organization_name} stands once, alone in the leftmost label and below a domain, as in ' +
      'https://{organization_name}.example.com.',
    source,
    applies: (url) =>
      hasOrganization(url) &&
      (leftmost(url) !== organization ||
        url.text.indexOf(organization) !== url.text.lastIndexOf(organization) ||
        !isBelowDomain(url)),
  },
  'custom-domain-key': {
    about: "a placeholder for a custom domain's metadata whose key does not begin with `public_`, or is nested",
    example: 'https://{custom_domain.metadata.host}/callback',
    reason: 'Auth0 fills in keys that begin with public_ or PUBLIC_ only, and none inside another.',
    source,
    applies: ({ text }) => customDomainKeys(text).some((key) => !publicKey.test(key)),
  },
  'custom-domain-scheme': {
    about: "a placeholder for a custom domain's metadata with another scheme than `http` or `https`",
    example: 'com.example.app://{custom_domain.metadata.public_host}',
    reason: 'A placeholder for the metadata of a custom domain needs http or https.',
    source,
    applies: (url) => hasCustomDomain(url) && !url.isWeb,
  },
  'custom-domain-place': {
    about: "a placeholder for a custom domain's metadata outside the host",
    example: 'https://app.example.com/{custom_domain.metadata.public_path}',
    reason: 'A placeholder for the metadata of a custom domain stands in the host only.',
    source,
    applies: ({ text, host }) => customDomainKeys(text).length > customDomainKeys(host).length,
  },
  'unknown-placeholder': {
    about: 'any other braces',
    example: 'https://app.example.com/{tenant}',
    reason:
      'Auth0 fills in {organization_name} and {custom_domain.metadata.public_...} only, and no URL holds braces otherwise.',
    source,
    applies: ({ text }) => /[{}]/.test(withoutPlaceholders(text, 'list')),
  },
  'unknown-placeholder-alone': {
    about: 'any other braces',
    example: 'https://app.example.com/{tenant}',
    reason:
      'Auth0 fills in {organization_name}, {organization.metadata.public_...} and {custom_domain.metadata.public_...} ' +
      'only, and no URL holds braces otherwise.',
    source: sources.settings,
    kinds: ['page'],
    applies: ({ text }) => /[{}]/.test(withoutPlaceholders(text, 'page')),
  },
} satisfies Readonly<Record<string, RuleRow>>
