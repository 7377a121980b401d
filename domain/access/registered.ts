import { measured } from '../texts/lengths.ts'
import type { Grant } from './grants.ts'
import type { Author } from '../vocabulary.ts'

/**
 * Applications and service accounts that are kept in the database: how their secrets come, overlap and end. Times are the
 * database's.
 */

const nameRule = 'a name is letters, digits and . _ @ -, begins with a letter or digit, and has at most 63 characters'

/** Names as they stand in addresses, in Basic credentials (no colon) and in records. */
export const RegisteredName = measured('callerName', nameRule).regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, nameRule)

export const registeredKinds = ['application', 'account'] as const
export type RegisteredKind = (typeof registeredKinds)[number]

/**
 * The one secret, or the one before it. The hash is SHA-256 of a token, or a keyed one of a password (scrypt, where an older
 * version made it).
 */
interface Secret {
  readonly hash: string
  /** The last use, to the minute; null where there was none. */
  readonly usedAt: Date | null
}

export interface Registered {
  readonly name: string
  readonly grant: Grant
  /** Null once it is revoked. */
  readonly secret: (Secret & { readonly madeAt: Date }) | null
  /** The secret that was rotated out, good until its overlap ends; null where there is none. */
  readonly previous: (Secret & { readonly until: Date }) | null
  readonly expiresAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  readonly createdAt: Date
  /** Null for the operator at the command line. */
  readonly createdBy: Author | null
}

export type CallerStatus = 'active' | 'disabled' | 'expired' | 'revoked'

export const callerStatusOf = ({ revokedAt, disabledAt, expiresAt }: Registered, now: Date): CallerStatus => {
  if (revokedAt !== null) return 'revoked'
  if (disabledAt !== null) return 'disabled'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}

/** Hashes of the secrets that open the door now, the newer first, whatever the status. */
export const validHashes = ({ secret, previous }: Registered, now: Date): string[] => [
  ...(secret === null ? [] : [secret.hash]),
  ...(previous === null || previous.until <= now ? [] : [previous.hash]),
]

/** Longest overlap of a rotation, and the one where nobody says. Seconds. */
export const longestOverlap = 30 * 86_400
export const usualOverlap = 86_400

/**
 * A new secret, with the present one beside it until the overlap ends. Two are valid at most: a second rotation within an
 * overlap is refused, unless it has none itself, which ends every former secret at once.
 */
export const rotate = (
  entry: Registered,
  hash: string,
  overlapSeconds: number,
  now: Date,
): Registered | 'rotation-under-way' => {
  const former = overlapSeconds > 0 ? entry.secret : null
  if (former !== null && entry.previous !== null && entry.previous.until > now) return 'rotation-under-way'
  return {
    ...entry,
    secret: { hash, madeAt: now, usedAt: null },
    previous: former && {
      hash: former.hash,
      usedAt: former.usedAt,
      until: new Date(now.getTime() + overlapSeconds * 1000),
    },
  }
}

/** Without the secret that was rotated out. */
export const retire = (entry: Registered): Registered => ({ ...entry, previous: null })

/** Without any secret, for good: the name stays taken, as it may stand on owners and in records. */
export const revoke = (entry: Registered, now: Date): Registered => ({
  ...entry,
  secret: null,
  previous: null,
  revokedAt: entry.revokedAt ?? now,
})

/**
 * What stands on `owners` for an account of the database. The colon keeps it apart from every user id of Auth0 and from
 * every account of the configuration, so that whoever makes accounts cannot make one in somebody else's place.
 */
export const ownerNameOf = (account: string): string => `account:${account}`
