import { z } from 'zod'
import { isRecord, isText } from '../shape.ts'
import type { Auth0Client } from '../vocabulary.ts'
import { fieldPaths } from '../vocabulary.ts'
import { fields } from './fields.ts'
import { placeOf } from './metadata-keys.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/**
 * What of a tenant Nexus cannot handle: a client, or a part of one. It is left out, counted, and named with the reason; it
 * stops nothing else.
 */
const LeftOut = z.object({
  /** The client's id, as far as it can be shown; null where it has none. */
  client: z.string().nullable(),
  /** A sentence for people. It quotes nothing of the client but names of members. */
  reason: z.string(),
})
export type LeftOut = z.infer<typeof LeftOut>

/** All that a scan left out, and the first of it by name. */
export const AllLeftOut = z.object({ count: z.int().nonnegative(), elements: z.array(LeftOut) })
export type AllLeftOut = z.infer<typeof AllLeftOut>

export const nothingLeftOut: AllLeftOut = { count: 0, elements: [] }

/** How many are named: nobody reads more, and every tenant's health holds them. */
const mostNamed = 50

export const andLeftOut = ({ count, elements }: AllLeftOut, more: readonly LeftOut[]): AllLeftOut => ({
  count: count + more.length,
  elements: [...elements, ...more].slice(0, mostNamed),
})

/** Members that are read beside the fields, and what each has to be. */
const others = {
  name: 'a text',
  app_type: 'a text',
  logo_uri: 'a text',
  grant_types: 'a list',
  token_endpoint_auth_method: 'a text',
  cross_origin_authentication: 'a truth value',
  'jwt_configuration.lifetime_in_seconds': 'a number',
  'refresh_token.rotation_type': 'a text',
  'refresh_token.leeway': 'a number',
  'refresh_token.token_lifetime': 'a number',
  'refresh_token.idle_token_lifetime': 'a number',
  'refresh_token.infinite_token_lifetime': 'a truth value',
  'refresh_token.infinite_idle_token_lifetime': 'a truth value',
} as const

const kinds: Readonly<Record<string, string>> = { string: 'a text', number: 'a number', boolean: 'a truth value' }

const kindOf = (raw: unknown): string => (Array.isArray(raw) ? 'a list' : (kinds[typeof raw] ?? 'an object'))

/** Auth0 does not tell absent, `[]`, `""` and null apart, so neither do we. */
const isNothing = (raw: unknown): boolean =>
  raw === undefined || raw === null || raw === '' || (Array.isArray(raw) && raw.length === 0)

/**
 * What is wrong at a place: on the way to it, with the value, or with elements of it.
 *
 * @param fits whether the value is read
 */
const oddAt = (client: Auth0Client, place: readonly string[], fits: (raw: unknown) => boolean): string[] => {
  let here: unknown = client
  for (const [index, name] of place.entries()) {
    if (isNothing(here)) return []
    if (!isRecord(here)) return [`${place.slice(0, index).join('.')} is ${kindOf(here)}, and is not read.`]
    here = Object.hasOwn(here, name) ? here[name] : undefined
  }
  if (isNothing(here)) return []
  const at = place.join('.')
  if (!fits(here)) return [`${at} is ${kindOf(here)}, and is not read.`]
  return Array.isArray(here) && !here.every(isText) ? [`${at} holds elements that are no texts, and are not read.`] : []
}

/** What Nexus does not read of a client, because it is not of the shape that Auth0's own documents have. */
export const leftOutOf = (clientId: string, client: Auth0Client, keys: MetadataKeys): LeftOut[] => {
  const reasons = [
    ...(isNothing(client['name']) ? ['It has no name.'] : []),
    ...fieldPaths.flatMap((path) => oddAt(client, placeOf(path, keys), (raw) => fields[path].decode(raw) !== null)),
    ...Object.entries(others).flatMap(([place, kind]) =>
      oddAt(client, place.split('.'), (raw) => kindOf(raw) === kind),
    ),
  ]
  return [...new Set(reasons)].map((reason) => ({ client: clientId, reason }))
}
