import type { Schemas } from '../app/schemas.ts'

/** The kinds of registered callers, as their addresses name them. */
export type Kind = 'applications' | 'accounts'

/** An application or a service account: what only one of them has is absent of the other. */
export type Entry = Omit<Schemas['Application'], 'token'> & Partial<Pick<Schemas['Account'], 'roles' | 'ownerName'>>

/** Days before an end at which whoever looks is warned. */
const warnDays = 14

/** Whether it ends soon, and has not yet. */
export const expiresSoon = ({ expiresAt, status }: Pick<Entry, 'expiresAt' | 'status'>, now: Date): boolean =>
  status === 'active' && expiresAt !== null && Date.parse(expiresAt) - now.getTime() < warnDays * 86_400_000

export type Deed = 'change' | 'rotate' | 'retire' | 'revoke'

/** What can be done with an entry: nothing with one of the configuration, or once it was revoked. */
export const deedsOf = ({
  source,
  revokedAt,
  previousSecret,
}: Pick<Entry, 'source' | 'revokedAt' | 'previousSecret'>): readonly Deed[] => {
  if (source === 'configuration' || revokedAt !== null) return []
  return ['change', 'rotate', ...(previousSecret === null ? [] : (['retire'] as const)), 'revoke']
}
