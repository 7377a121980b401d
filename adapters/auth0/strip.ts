import { isRecord } from '../../domain/shape.ts'
import type { Auth0Client } from '../../domain/vocabulary.ts'

/**
 * Members that hold secrets, wherever they stand in a client. Auth0 answers `client_secret` and `signing_keys` for
 * native and single page clients too; credentials of add-ons stand in `addons` under names of their own.
 */
export const secretMembers: ReadonlySet<string> = new Set([
  'client_secret',
  'signing_keys',
  'encryption_key',
  'addons',
  'client_authentication_methods',
])

/** PostgreSQL's jsonb holds neither U+0000 nor half of a surrogate pair; neither means anything in a client. */
const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed()

/** Deeper than any member that Auth0 has: what stands below is not kept, as neither JSON nor the database takes any depth. */
const deepest = 64

const clean = (value: unknown, depth = 0): unknown => {
  if (depth > deepest) return null
  if (typeof value === 'string') return storable(value)
  if (Array.isArray(value)) return value.map((element) => clean(element, depth + 1))
  if (isRecord(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !secretMembers.has(name))
        .map(([name, member]) => [storable(name), clean(member, depth + 1)]),
    )
  return value
}

/** A client as it may be stored: no secrets, at any depth, and only text that the database can hold. */
export const strip = (client: Readonly<Record<string, unknown>>): Auth0Client => {
  const cleaned = clean(client)
  return isRecord(cleaned) ? cleaned : {}
}

/** Auth0's words for people, without what could be a secret: long opaque runs, and anything beyond a few lines. */
export const safeMessage = (message: string): string =>
  storable(message)
    .replaceAll(/[A-Za-z0-9_~+/=-]{48,}/g, '[removed]')
    .slice(0, 1000)
