import { accessFields } from '../../domain/clients/desired.ts'
import { fields } from '../../domain/clients/fields.ts'
import { isRecord, recordOf, textsOf } from '../../domain/shape.ts'
import type { SnapshotClient } from '../../domain/terraform/snapshot.ts'
import type { MetadataKeys } from '../../domain/clients/metadata-keys.ts'
import { objectIn } from './attributes.ts'
import type { Attributes } from './attributes.ts'

/**
 * What Auth0 holds of a client beside what a declaration gives of it. Pure comparison; what follows from it is decided in
 * `takeover.ts`.
 */

/** Something that Auth0 holds and a declaration would take away or replace. */
export interface Loss {
  /** The attribute, and the part of it where only a part is concerned: `callbacks`, `client_metadata.owners`. */
  readonly path: string
  /** What would become of it, for a person. */
  readonly says: string
  /** Whether the declaration gives what it is a part of, and not the part itself. */
  readonly ungiven?: true
}

/** Where Auth0 has another name for an attribute, or another place. */
const placed: Readonly<Record<string, (observed: Attributes) => unknown>> = {
  cross_origin_auth: (observed) => observed['cross_origin_authentication'] ?? observed['cross_origin_auth'],
  oidc_logout: (observed) => observed['oidc_logout'] ?? observed['oidc_backchannel_logout'],
  oidc_backchannel_logout_urls: (observed) =>
    recordOf(observed['oidc_logout'] ?? observed['oidc_backchannel_logout'])['backchannel_logout_urls'],
  authentication_method: (observed) => observed['token_endpoint_auth_method'],
}

/** Members that tell whether one is known which Auth0 leaves out: a client with keys has no method of its own. */
const rests: Readonly<Record<string, string>> = { authentication_method: 'client_authentication_methods' }

/** What Auth0 holds of an attribute; undefined where the snapshot does not say. */
const heldOf = (attribute: string, { observed, withheld = [] }: SnapshotClient): { value: unknown } | undefined => {
  if (observed === undefined || withheld.includes(attribute)) return undefined
  const value = (placed[attribute] ?? ((all: Attributes) => all[attribute]))(observed)
  return isNothing(value) && withheld.includes(rests[attribute] ?? '') ? undefined : { value }
}

/** Auth0 does not tell absent, empty and null apart, so neither do we. */
const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isRecord(value) && Object.values(value).every(isNothing))

/** As a person reads it, on one line, and not longer than a line is. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? ''
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`
}

/** What a text of a declaration means, whose `$${` is a `${`; undefined where only Terraform can say. */
const literalOf = (text: string): string | undefined =>
  /(?<![$%])[$%]\{/.test(text) ? undefined : text.replaceAll(/([$%])[$%](?=\{)/g, '$1')

/** Auth0 keeps what it is not told of these, as recorded traffic shows. */
const merged = new Set(['jwt_configuration'])

/** What Auth0 would lose of an attribute, given like this. More owners than it holds are no loss. */
export const lossesOf = (attribute: string, given: unknown, client: SnapshotClient, keys: MetadataKeys): Loss[] => {
  const held = heldOf(attribute, client)
  if (held === undefined) return [{ path: attribute, says: 'Nexus cannot see what Auth0 holds there' }]
  const declared = recordOf(objectIn(given))[keys.owners]
  return lossesIn(attribute, given, held.value).filter(
    ({ path, ungiven }) =>
      ungiven === true ||
      path !== `client_metadata.${keys.owners}` ||
      losesOwners(declared, recordOf(held.value)[keys.owners]),
  )
}

const lossesIn = (path: string, given: unknown, held: unknown): Loss[] => {
  if (isNothing(held)) return []
  if (typeof given === 'string') return textLosses(path, given, held)
  if (isRecord(held)) return partLosses(path, objectIn(given) ?? {}, held)
  if (Array.isArray(held)) return elementLosses(path, Array.isArray(given) ? given : [given], held)
  return String(given) === String(held) ? [] : [{ path, says: `${shown(held)} would become ${shown(given)}` }]
}

const textLosses = (path: string, given: string, held: unknown): Loss[] => {
  const literal = literalOf(given)
  if (literal === undefined)
    return [{ path, says: `${shown(held)} would become what Terraform makes of ${shown(given)}` }]
  return literal === String(held) ? [] : [{ path, says: `${shown(held)} would become ${shown(literal)}` }]
}

const partLosses = (path: string, given: Attributes, held: Attributes): Loss[] =>
  Object.entries(held).flatMap(([name, value]) => {
    if (Object.hasOwn(given, name)) return lossesIn(`${path}.${name}`, given[name], value)
    if (isNothing(value) || merged.has(path)) return []
    return [{ path: `${path}.${name}`, says: `${shown(value)} would go`, ungiven: true }]
  })

const elementLosses = (path: string, given: readonly unknown[], held: readonly unknown[]): Loss[] => {
  const left = new Set(given.map((one) => canonical(typeof one === 'string' ? (literalOf(one) ?? one) : one)))
  const gone = held.filter((one) => !left.has(canonical(one)))
  if (gone.length > 0) return [{ path, says: `${gone.map(shown).join(', ')} would go` }]
  const ordered = Object.values(fields).some(({ place, ordered }) => ordered && place.join('.') === path)
  if (!ordered || canonical(given[0]) === canonical(held[0])) return []
  return [{ path, says: `${shown(held[0])} would no longer be the first, which logins without one go to` }]
}

const canonical = (value: unknown): string =>
  isRecord(value) ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : JSON.stringify(value)

/**
 * What owners have put on a client and a declaration would take from it or from them: keys of `client_metadata` that it
 * does not give, owners that it leaves out, another product; leaves of `mobile`. Nothing where the snapshot does not say.
 */
export const ownersLosses = (attribute: string, given: unknown, client: SnapshotClient, keys: MetadataKeys): Loss[] => {
  if (heldOf(attribute, client) === undefined) return []
  const access = new Set(accessFields.map((field) => `client_metadata.${keys[field]}`))
  const settable = new Set(Object.values(keys).map((key) => `client_metadata.${key}`))
  return lossesOf(attribute, given, client, keys).filter(({ path, ungiven }) =>
    ungiven ? attribute === 'mobile' || settable.has(path) : access.has(path),
  )
}

const ownersIn = (raw: unknown): readonly string[] => textsOf(fields.owners.decode(raw)) ?? []

const losesOwners = (given: unknown, held: unknown): boolean => {
  const named = new Set(typeof given === 'string' ? ownersIn(literalOf(given)) : [])
  return ownersIn(held).some((owner) => !named.has(owner))
}
