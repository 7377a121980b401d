import { mixedIdentities } from '../../domain/access/identities.ts'
import { isRecord, recordOf, textOf, textsOf } from '../../domain/shape.ts'
import { defaultMetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { addressOf, domainProblem } from './domains.ts'
import { consoleFindings } from './console.ts'
import { namesRedis, redisFindings } from './redis.ts'
import { didYouMean } from './problems.ts'
import type { Finding, Path } from './problems.ts'

/**
 * What must hold between several values of the file. These read the file's plain tree, not the parsed configuration, so
 * that they are told together with every other mistake.
 */

const itemsOf = (raw: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(raw) ? raw.map(recordOf) : []

const isInsecure = (raw: Readonly<Record<string, unknown>>): boolean =>
  raw['allowInsecure'] === true || raw['allowInsecure'] === 'true'

const hostOf = (domain: string): string => addressOf(domain).host

/** A finding for each text that stands at `member` of an earlier item already. */
const repeated = (
  items: readonly Readonly<Record<string, unknown>>[],
  at: Path,
  member: string,
  message: string,
  normalise: (value: string) => string = (value) => value,
): Finding[] => {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const value = textOf(item[member])
    if (value === null || value === '') return []
    const plain = normalise(value)
    const again = seen.has(plain)
    seen.add(plain)
    return again ? [{ path: [...at, index, member], message }] : []
  })
}

const domains = (tenants: readonly Readonly<Record<string, unknown>>[]): Finding[] =>
  tenants.flatMap((tenant, index) => {
    const domain = textOf(tenant['domain'])
    const message = domain === null || domain === '' ? undefined : domainProblem(domain, isInsecure(tenant))
    return message === undefined ? [] : [{ path: ['tenants', index, 'domain'], message }]
  })

const metadataKeys = (tenants: readonly Readonly<Record<string, unknown>>[]): Finding[] =>
  tenants.flatMap((tenant, index) => {
    const given = recordOf(tenant['metadataKeys'])
    const names = Object.entries({ ...defaultMetadataKeys, ...given })
    return Object.keys(given).flatMap((field) =>
      names.some(([other, name]) => other !== field && name === given[field])
        ? [{ path: ['tenants', index, 'metadataKeys', field], message: 'Two fields cannot share a metadata key.' }]
        : [],
    )
  })

/** A state is Nexus' to write, or somebody else's. */
const states = (tenants: readonly Readonly<Record<string, unknown>>[]): Finding[] =>
  tenants.flatMap((tenant, index) => {
    const own: readonly unknown[] = Array.isArray(tenant['terraformStates']) ? tenant['terraformStates'] : []
    const others: readonly unknown[] = Array.isArray(tenant['otherStates']) ? tenant['otherStates'] : []
    return others.flatMap((name, place) =>
      own.includes(name)
        ? [
            {
              path: ['tenants', index, 'otherStates', place],
              message:
                'This state is in terraformStates already: Nexus writes its configuration, or others do. Remove one.',
            },
          ]
        : [],
    )
  })

const keyUrlProblem = (raw: string, insecure: boolean): string | undefined => {
  const url = URL.parse(raw)
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    return 'This must be a URL that starts with https://.'
  if (url.protocol !== 'https:' && !insecure)
    return 'This must start with https://. Only for a simulator, set allowInsecure: true on the issuer.'
  if (url.username !== '' || url.password !== '') return 'This may hold no user name or password.'
  return undefined
}

const issuerUrls = (issuers: readonly Readonly<Record<string, unknown>>[]): Finding[] =>
  issuers.flatMap((issuer, index) =>
    ['issuer', 'jwksUrl'].flatMap((member) => {
      const raw = textOf(issuer[member])
      // Without a jwksUrl of its own, the issuer is where the keys come from.
      if (raw === null || raw === '' || (member === 'issuer' && textOf(issuer['jwksUrl']) !== null)) return []
      const message = keyUrlProblem(raw, isInsecure(issuer))
      return message === undefined ? [] : [{ path: ['issuers', index, member], message }]
    }),
  )

/** The first of `partner:`, `partner2:`… that no issuer has, for the place of one. */
const freePrefix = (used: ReadonlySet<string | null>, index: number): string => {
  const prefix = index <= 1 ? 'partner:' : `partner${index}:`
  return used.has(prefix) ? freePrefix(used, index + 2) : prefix
}

/** A finding for each issuer of which it is not clear whose people its users are. */
const identities = (issuers: readonly Readonly<Record<string, unknown>>[], ids: readonly string[]): Finding[] => {
  const sources = issuers.map(({ tenants, prefix }) => ({
    tenants: tenants === '*' ? ('*' as const) : (textsOf(tenants) ?? []),
    prefix: textOf(prefix),
  }))
  const used = new Set(sources.map(({ prefix }) => prefix))
  return [...Map.groupBy(mixedIdentities(sources, ids), ({ index }) => index).values()].flatMap((places): Finding[] => {
    const [place] = places
    if (place === undefined) return []
    const { index, first, why } = place
    const where = places.map(({ tenantId }) => tenantId).join(', ')
    const message =
      why === 'unsaid'
        ? `This issuer serves ${where} as well as issuers[${first}] does, and it is not said whether they know the same ` +
          'people. Write one of these lines here:\n' +
          `      prefix: '${freePrefix(used, index)}' # other people: this stands before their user ids and roles\n` +
          "      prefix: '' # the same people: an id or a role means the same from both"
        : `issuers[${first}] is the first issuer of ${where}, so its ids are bare there, and these would be too. Write here:\n` +
          `      prefix: '${freePrefix(used, index)}' # other people\n` +
          `      prefix: '${sources[first]?.prefix ?? ''}' # the same people as those of issuers[${first}]`
    return [{ path: ['issuers', index, 'prefix'], message }]
  })
}

/** A finding for each tenant that a credential names and the file does not have. */
const scopes = (tree: Readonly<Record<string, unknown>>, ids: readonly string[]): Finding[] => {
  const credentials: readonly (readonly [Path, unknown])[] = [
    [['issuers'], tree['issuers']],
    [['applicationTokens', 'tokens'], recordOf(tree['applicationTokens'])['tokens']],
    [['serviceAccounts'], tree['serviceAccounts']],
  ]
  return credentials.flatMap(([at, raw]) =>
    itemsOf(raw).flatMap((item, index) => {
      const scope: readonly unknown[] = Array.isArray(item['tenants']) ? item['tenants'] : []
      return scope.flatMap((id, place): Finding[] => {
        const path = [...at, index, 'tenants', place]
        if (id === '*') return [{ path, message: 'Every tenant is written tenants: "*", not as an element of a list.' }]
        if (typeof id !== 'string' || id === '' || ids.includes(id)) return []
        return [{ path, message: `No tenant of this file has that id.${didYouMean(id, ids)}` }]
      })
    }),
  )
}

/** What goes with `url`, and what a pooler in transaction mode cannot do. */
const databaseFindings = (database: Readonly<Record<string, unknown>>, redis: unknown): Finding[] => {
  const pooled = database['pooler'] === 'transaction'
  if (!('url' in database))
    return ['adminUrl', 'directUrl', ...(pooled ? ['pooler'] : [])]
      .filter((member) => member in database)
      .map((member) => ({ path: ['database', member], message: 'This goes with url: give both, or remove it.' }))
  if (!pooled) return []
  const missing = [
    'directUrl' in database
      ? undefined
      : 'A pooler in transaction mode carries no LISTEN, nor anything else that needs a session: give database.directUrl, ' +
        'which leads past it.',
    namesRedis(redis)
      ? undefined
      : 'Behind a pooler in transaction mode the queue cannot be in the database: give redis.url (or redis.sentinel or ' +
        'redis.cluster), or leave pooler out and let database.url lead past the pooler.',
  ]
  return missing.flatMap((message) => (message === undefined ? [] : [{ path: ['database', 'pooler'], message }]))
}

/**
 * Everything between several values that is wrong with the file.
 *
 * @param isUnknown whether the value at a path is not known, because its reference could not be filled in
 */
export const findings = (root: unknown, isUnknown: (path: Path) => boolean): Finding[] => {
  const tree = recordOf(root)
  const tenants = itemsOf(tree['tenants'])
  const issuers = itemsOf(tree['issuers'])
  const accounts = itemsOf(tree['serviceAccounts'])
  const tokens = itemsOf(recordOf(tree['applicationTokens'])['tokens'])
  const tokensAt: Path = ['applicationTokens', 'tokens']
  const database = recordOf(tree['database'])
  const ids = tenants.flatMap((tenant) => textOf(tenant['id']) ?? [])
  const idsKnown = ids.length === tenants.length && !tenants.some((_, index) => isUnknown(['tenants', index, 'id']))
  return [
    ...(isRecord(tree['database']) && 'url' in database && 'embedded' in database
      ? [{ path: ['database', 'embedded'], message: 'Give url, or embedded, not both: remove one.' }]
      : []),
    ...databaseFindings(database, tree['redis']),
    ...redisFindings(tree['redis']),
    ...repeated(tenants, ['tenants'], 'id', 'Another tenant has this id; ids must be unique.'),
    ...repeated(tenants, ['tenants'], 'domain', 'Another tenant has this domain; configure it once.', hostOf),
    ...domains(tenants),
    ...metadataKeys(tenants),
    ...states(tenants),
    ...repeated(
      issuers,
      ['issuers'],
      'issuer',
      'Another entry has this issuer; configure it once, with its audiences.',
    ),
    ...issuerUrls(issuers),
    ...(idsKnown ? identities(issuers, ids) : []),
    ...repeated(tokens, tokensAt, 'name', 'Another application token has this name; names must be unique.'),
    ...repeated(tokens, tokensAt, 'sha256', 'Another application has this token; make one for each.', (hash) =>
      hash.toLowerCase(),
    ),
    ...repeated(accounts, ['serviceAccounts'], 'name', 'Another service account has this name; names must be unique.'),
    ...(idsKnown ? scopes(tree, ids) : []),
    ...consoleFindings(tree['console'], issuers),
  ].filter(({ path }) => !isUnknown(path))
}
