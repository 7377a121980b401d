import { recordOf } from '../../domain/shape.ts'
import type { Auth0Client } from '../../domain/vocabulary.ts'

/** What Auth0 makes of a PATCH: lists are replaced, metadata merged, parts of `mobile` replaced as sent. */
export const patched = (client: Auth0Client, members: Readonly<Record<string, unknown>>): Auth0Client => {
  const next: Record<string, unknown> = { ...client }
  for (const [member, value] of Object.entries(members)) {
    if (member === 'client_metadata')
      next[member] = Object.fromEntries(
        Object.entries({ ...recordOf(client[member]), ...recordOf(value) }).filter(([, one]) => one !== null),
      )
    else if (member === 'mobile') next[member] = { ...recordOf(client[member]), ...recordOf(value) }
    else next[member] = value
  }
  return next
}
