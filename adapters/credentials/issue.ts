import type { RegisteredKind } from '../../domain/access/registered.ts'
import { hashToken, issueToken } from './application-tokens.ts'
import { hashIssuedPassword, issuePassword } from '../passwords/issued-password.ts'

/** A secret that nobody has seen yet, and what is kept of it. */
export interface Issued {
  readonly secret: string
  readonly hash: string
}

/** Makes the secret of a caller of the database. */
export const issue: Readonly<Record<RegisteredKind, () => Issued>> = {
  application: () => {
    const secret = issueToken()
    return { secret, hash: hashToken(secret) }
  },
  account: () => {
    const secret = issuePassword()
    return { secret, hash: hashIssuedPassword(secret) }
  },
}
