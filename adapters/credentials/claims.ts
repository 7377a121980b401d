import { isText } from '../../domain/shape.ts'
import { Permission } from '../../domain/vocabulary.ts'
import type { ClaimNames } from '../config/configuration.ts'

/** What a verified token says of its user. */
export interface UserClaims {
  /** Null where the token names nobody. */
  readonly userId: string | null
  readonly permissions: ReadonlySet<Permission>
  readonly roles: readonly string[]
  readonly products: readonly string[]
}

/** The texts of a claim: a list of texts, or one text as a list of one. Anything else is none. */
const textsOfClaim = (raw: unknown): readonly string[] => {
  const texts: unknown = isText(raw) ? [raw] : raw
  return Array.isArray(texts) && texts.every(isText) ? texts.filter((text) => text !== '') : []
}

/** Those of `texts` that are permissions; others belong to somebody else's vocabulary and are left out. */
const permissionsAmong = (texts: readonly string[]): ReadonlySet<Permission> =>
  new Set(texts.flatMap((text) => Permission.safeParse(text).data ?? []))

/**
 * Reads the claims of a verified token, by the issuer's names for them: exact names of top-level members.
 *
 * The scope (separated by spaces) is read only where there is no permissions claim: with Auth0's role-based access
 * control a scope names what was asked for, the permissions what the user has.
 */
export const readClaims = (payload: Readonly<Record<string, unknown>>, names: ClaimNames): UserClaims => {
  const claim = (name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined)
  const userId = claim(names.userId)
  const scope = claim(names.scope)
  const granted = claim(names.permissions) ?? (isText(scope) ? scope.split(' ') : scope)
  return {
    userId: isText(userId) && userId !== '' ? userId : null,
    permissions: permissionsAmong(textsOfClaim(granted)),
    roles: textsOfClaim(claim(names.roles)),
    products: textsOfClaim(claim(names.products)),
  }
}
