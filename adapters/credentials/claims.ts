import { isPlain, isText } from '../../domain/shape.ts'
import { Permission } from '../../domain/vocabulary.ts'
import type { ClaimNames } from '../config/configuration.ts'
import { Unauthenticated } from './errors.ts'

/** What a verified token says of its user: texts that can be kept, none of them empty. */
export interface UserClaims {
  /** Null where the token names nobody. */
  readonly userId: string | null
  readonly permissions: ReadonlySet<Permission>
  readonly roles: readonly string[]
  readonly products: readonly string[]
}

/** Characters of a user id, a role or a product: as many as a value of client_metadata may have. */
const longestText = 255
/** Roles, and products, of one user. */
const mostTexts = 500

const refuse = (claim: string, flaw: string): Unauthenticated =>
  new Unauthenticated(`The claim ${claim} of the Bearer token ${flaw}`, { token: true })

/** The texts of a claim: a list of texts, or one text as a list of one. Anything else is none. */
const textsOfClaim = (raw: unknown): readonly string[] => {
  const texts: unknown = isText(raw) ? [raw] : raw
  return Array.isArray(texts) && texts.every(isText) ? texts.filter((text) => text !== '') : []
}

/** @throws Unauthenticated where a text of a claim is none that PostgreSQL and JSON can keep */
const plain = (claim: string, texts: readonly string[]): readonly string[] => {
  if (!texts.every(isPlain))
    throw refuse(claim, 'holds a character that cannot be kept: U+0000, or half of a surrogate pair.')
  return texts
}

/** Texts that are compared with owners and products, and stored. @throws Unauthenticated where they cannot be */
const names = (claim: string, texts: readonly string[]): readonly string[] => {
  if (texts.length > mostTexts) throw refuse(claim, `holds ${texts.length} values; ${mostTexts} is the most.`)
  if (texts.some((text) => text.length > longestText))
    throw refuse(claim, `holds a value of more than ${longestText} characters.`)
  return plain(claim, texts)
}

/** Those of `texts` that are permissions; others belong to somebody else's vocabulary and are left out. */
const permissionsAmong = (texts: readonly string[]): ReadonlySet<Permission> =>
  new Set(texts.flatMap((text) => Permission.safeParse(text).data ?? []))

/**
 * Reads the claims of a verified token, by the issuer's names for them: exact names of top-level members.
 *
 * The scope (separated by spaces) is read only where there is no permissions claim: with Auth0's role-based access
 * control a scope names what was asked for, the permissions what the user has.
 *
 * @throws Unauthenticated with the claim's name, where a claim that is used holds what cannot be kept
 */
export const readClaims = (payload: Readonly<Record<string, unknown>>, called: ClaimNames): UserClaims => {
  const claim = (name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined)
  const userId = claim(called.userId)
  const permissions = claim(called.permissions) ?? undefined
  const scope = claim(called.scope)
  const granted =
    permissions === undefined
      ? plain(called.scope, textsOfClaim(isText(scope) ? scope.split(' ') : scope))
      : plain(called.permissions, textsOfClaim(permissions))
  return {
    userId: isText(userId) ? (names(called.userId, textsOfClaim(userId))[0] ?? null) : null,
    permissions: permissionsAmong(granted),
    roles: names(called.roles, textsOfClaim(claim(called.roles))),
    products: names(called.products, textsOfClaim(claim(called.products))),
  }
}
