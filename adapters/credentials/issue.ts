import type { RegisteredKind } from '../../domain/registered.ts'
import { hashToken, issueToken } from './application-tokens.ts'
import { parsePasswordHash } from './password-hash.ts'
import { hashPassword, issuePassword } from './passwords.ts'

/** A secret that nobody has seen yet, and what is kept of it. */
export interface Issued {
  readonly secret: string
  readonly hash: string
}

/**
 * Makes the secret of a caller of the database.
 *
 * @param former the hash of the secret that it is to follow; an account keeps its salt
 */
export const issue: Readonly<Record<RegisteredKind, (former?: string) => Promise<Issued>>> = {
  application: () => {
    const secret = issueToken()
    return Promise.resolve({ secret, hash: hashToken(secret) })
  },
  account: async (former) => {
    const secret = issuePassword()
    return { secret, hash: await hashPassword(secret, former === undefined ? undefined : parsePasswordHash(former)) }
  },
}
