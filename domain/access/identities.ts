import type { Caller } from '../vocabulary.ts'
import { ok } from '../finding.ts'
import type { Finding } from '../finding.ts'

/**
 * Whose people the users of several issuers are. An issuer vouches for its own users only, and two of them may call
 * different people by one id. So ids and roles are an issuer's: on each tenant those of the first issuer (in the order of
 * the configuration) stand as they are, and those of a further one behind that one's prefix, wherever they are compared
 * or stored. Issuers with the same prefix, also the empty one, know the same people by the same ids.
 */
export interface IdentitySource {
  /** The tenants that the issuer is good for; `'*'` is every tenant. */
  readonly tenants: readonly string[] | '*'
  /** What stands before its ids and roles on tenants where another comes first; null where nothing was said. */
  readonly prefix: string | null
}

/** A word and a colon, such as `partner:`. One colon, at the end: so no id behind one prefix is an id behind another. */
const word = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}:$/

/** What accounts of the database are called on owners (`ownerNameOf`): no user may be called so. */
const taken = 'account:'

/** Whether a text can be an issuer's prefix; the empty one can. */
export const isPrefix = (text: string): boolean =>
  text === '' || (text.length <= 33 && word.test(text) && text.toLowerCase() !== taken)

const serves = ({ tenants }: IdentitySource, tenantId: string): boolean => tenants === '*' || tenants.includes(tenantId)

const spelled = ({ prefix }: IdentitySource): string => prefix ?? ''

/**
 * What stands before the ids and roles of an issuer's users.
 *
 * @param sources every issuer, in the order of the configuration; `source` is among them
 * @param tenantId where they are compared or stored; null for what belongs to no one tenant
 */
export const prefixOn = (
  sources: readonly IdentitySource[],
  source: IdentitySource,
  tenantId: string | null,
): string => {
  const first = tenantId !== null && serves(source, tenantId) ? sources.find((one) => serves(one, tenantId)) : undefined
  return first !== undefined && spelled(first) === spelled(source) ? '' : spelled(source)
}

/** The prefix of some issuer that one of these bare ids or roles begins with, as if it were that issuer's; or undefined. */
export const imitatedPrefix = (sources: readonly IdentitySource[], names: readonly string[]): string | undefined =>
  sources.map(spelled).find((prefix) => prefix !== '' && names.some((name) => name.startsWith(prefix)))

/** Whose rate a request counts for. Where there are prefixes, an id may be another person's on another tenant. */
export const rateKeyOf = (
  sources: readonly IdentitySource[],
  { kind, id }: Pick<Caller, 'kind' | 'id'>,
  tenantId: string | null,
): string => {
  const perTenant = kind === 'user' && sources.some((source) => spelled(source) !== '')
  return JSON.stringify(perTenant ? [kind, id, tenantId] : [kind, id])
}

/** A tenant on which it is not clear whose people an issuer's users are. */
export interface MixedIdentities {
  /** Places among the issuers: of the one that is at fault, and of the first one of the tenant. */
  readonly index: number
  readonly first: number
  readonly tenantId: string
  /** It has no prefix, or the empty one where the first has another. */
  readonly why: 'unsaid' | 'not-the-first'
}

/** Every place where a configuration leaves open whose people are whose. */
export const mixedIdentities = (sources: readonly IdentitySource[], tenantIds: readonly string[]): MixedIdentities[] =>
  tenantIds.flatMap((tenantId) => {
    const serving = [...sources.entries()].filter(([, source]) => serves(source, tenantId))
    const [first, ...further] = serving
    if (first === undefined) return []
    return further.flatMap(([index, source]): MixedIdentities[] => {
      const at = { index, first: first[0], tenantId }
      if (source.prefix === null) return [{ ...at, why: 'unsaid' }]
      return source.prefix === '' && spelled(first[1]) !== '' ? [{ ...at, why: 'not-the-first' }] : []
    })
  })

/** For `nexus doctor`: whose ids are whose, on each tenant that several issuers serve. */
export const judgeIdentities = (
  issuers: readonly (IdentitySource & { readonly issuer: string })[],
  tenantIds: readonly string[],
): Finding[] =>
  tenantIds.flatMap((tenantId) => {
    const serving = issuers.filter((one) => serves(one, tenantId))
    if (serving.length < 2) return []
    const called = serving.map((one) => {
      const prefix = prefixOn(issuers, one, tenantId)
      return `${one.issuer} ${prefix === '' ? 'bare' : `behind ${prefix}`}`
    })
    return [ok(`identities on ${tenantId}`, `User ids and roles of ${called.join(', ')}.`)]
  })
