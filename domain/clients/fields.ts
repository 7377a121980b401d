import type { Auth0Client, FieldPath, MetadataKeys, Value, Values } from '../vocabulary.ts'
import type { Measured } from '../texts/lengths.ts'
import { isText, recordOf, textsOf } from '../shape.ts'
import { eachField, fieldPaths, pathsOf } from '../vocabulary.ts'

/**
 * Nexus field ↔ Auth0 member, as one table that is read both ways. Source: the API contract, "Request body".
 *
 * A field has a place in Auth0's client and a codec between the raw value there and Nexus' own form.
 */
export interface Field {
  readonly kind: 'list' | 'text'
  /** Where it stands in Auth0's client. */
  readonly place:
    | { readonly member: string }
    | { readonly metadata: keyof MetadataKeys }
    | { readonly part: 'ios' | 'android'; readonly leaf: string }
  /** Which rules its elements keep, where they are URLs. */
  readonly url?: UrlKind
  /** True where the order of the elements means something to Auth0. */
  readonly ordered?: true
  /** Raw → own form. Null where the raw value is absent or not of the expected shape. */
  readonly decode: (raw: unknown) => Value
  /** Own form → raw, for values that are not empty. */
  readonly encode: (value: NonNullable<Value>) => unknown
}

export type UrlKind = 'callback' | 'logout' | 'web-origin' | 'cors-origin'

const identity = (value: NonNullable<Value>): unknown => value

const list = (member: string, url: UrlKind, order: { ordered?: true } = {}): Field => ({
  kind: 'list',
  place: { member },
  url,
  ...order,
  decode: textsOf,
  encode: identity,
})

const text = (place: Field['place']): Field => ({
  kind: 'text',
  place,
  decode: (raw) => (isText(raw) && raw !== '' ? raw : null),
  encode: identity,
})

/** `owners`: a JSON array in one metadata value; a comma separated value is read too. */
const decodeOwners = (raw: unknown): readonly string[] | null => {
  if (!isText(raw)) return null
  if (raw.trimStart().startsWith('[')) {
    try {
      const parsed: unknown = JSON.parse(raw)
      if (Array.isArray(parsed)) return parsed.filter(isText)
    } catch {
      // Not JSON after all: a person typed it, so it is read as they see it, comma separated.
    }
  }
  return raw
    .split(',')
    .map((owner) => owner.trim())
    .filter((owner) => owner !== '')
}

export const fields: Readonly<Record<FieldPath, Field>> = {
  'mobile.ios.team_id': text({ part: 'ios', leaf: 'team_id' }),
  'mobile.ios.app_bundle_identifier': text({ part: 'ios', leaf: 'app_bundle_identifier' }),
  // Auth0 holds an array, the contract one string: several are comma separated.
  'mobile.android.keystore_hash': {
    ...text({ part: 'android', leaf: 'sha256_cert_fingerprints' }),
    decode: (raw) => {
      const fingerprints = textsOf(raw) ?? []
      return fingerprints.length === 0 ? null : fingerprints.join(',')
    },
    encode: (value) => (isText(value) ? value.split(',') : value),
  },
  'mobile.android.app_package_name': text({ part: 'android', leaf: 'app_package_name' }),
  owners: {
    kind: 'list',
    place: { metadata: 'owners' },
    decode: decodeOwners,
    encode: (value) => JSON.stringify(value),
  },
  productName: text({ metadata: 'productName' }),
  callbackUrls: list('callbacks', 'callback', { ordered: true }),
  client_upn_key: text({ metadata: 'client_upn_key' }),
  applicationName: text({ metadata: 'applicationName' }),
  allowedLogoutUrls: list('allowed_logout_urls', 'logout'),
  allowedWebOrigins: list('web_origins', 'web-origin'),
  allowedCorsOrigins: list('allowed_origins', 'cors-origin'),
}

/** The value of one field in a client as Auth0 has it; null where there is none (an empty list stays a list). */
export const readField = (path: FieldPath, client: Auth0Client, keys: MetadataKeys): Value => {
  const { place, decode } = fields[path]
  if ('member' in place) return decode(client[place.member])
  if ('metadata' in place) return decode(recordOf(client['client_metadata'])[keys[place.metadata]])
  return decode(recordOf(recordOf(client['mobile'])[place.part])[place.leaf])
}

/** All fields of a client as Auth0 has it. */
export const readFields = (client: Auth0Client, keys: MetadataKeys): Readonly<Record<FieldPath, Value>> =>
  eachField((path) => readField(path, client, keys))

/** Whether there is nothing in it. Auth0 does not tell absent, `[]`, `""` and null apart, so neither do we. */
export const isEmpty = (value: Value | undefined): boolean =>
  value === undefined || value === null || value.length === 0

/**
 * The members of an Auth0 PATCH that bring `values` about, and no others.
 *
 * Removal: `[]` for lists, null for a metadata key, `""` for the texts of `mobile`; `sha256_cert_fingerprints` takes no
 * empty list, so it is left out of its part. A part of `mobile` is replaced as it is sent, so the named leaves go out
 * with the observed siblings of the same part. Source: what recorded traffic and Auth0's schema show.
 */
export const writeFields = (values: Values, observed: Auth0Client, keys: MetadataKeys): Record<string, unknown> => {
  const members: Record<string, unknown> = {}
  const metadata: Record<string, unknown> = {}
  const mobile: Record<string, Record<string, unknown>> = {}
  for (const path of pathsOf(values)) {
    const { place, encode, kind } = fields[path]
    const value = values[path] ?? null
    const raw = value === null || value.length === 0 ? undefined : encode(value)
    if ('member' in place) members[place.member] = raw ?? []
    else if ('metadata' in place) metadata[keys[place.metadata]] = raw ?? null
    else {
      const part = (mobile[place.part] ??= { ...recordOf(recordOf(observed['mobile'])[place.part]) })
      if (raw === undefined && kind === 'text' && place.leaf === 'sha256_cert_fingerprints') delete part[place.leaf]
      else part[place.leaf] = raw ?? ''
    }
  }
  if (Object.keys(metadata).length > 0) members['client_metadata'] = metadata
  if (Object.keys(mobile).length > 0) members['mobile'] = mobile
  return members
}

/** The field that an Auth0 member name belongs to, as Auth0 names it in an error (`callbacks[0]`, `client_metadata.x`). */
export const fieldOfMember = (member: string, keys: MetadataKeys): FieldPath[] =>
  fieldPaths.filter((path) => {
    const { place } = fields[path]
    if ('member' in place) return place.member === member
    if ('metadata' in place) return member === 'client_metadata' || member === `client_metadata.${keys[place.metadata]}`
    return ['mobile', `mobile.${place.part}`, `mobile.${place.part}.${place.leaf}`].includes(member)
  })

/** The JSON pointer of a field in a request body. */
export const pointerOf = (path: FieldPath): string => `/${path.replaceAll('.', '/')}`

/** How two values of a field compare: absent, `[]`, `""` and null are the same thing. */
export const compare = (left: Value | undefined, right: Value | undefined): 'same' | 'reordered' | 'different' => {
  if (isEmpty(left) || isEmpty(right)) return isEmpty(left) && isEmpty(right) ? 'same' : 'different'
  if (isText(left) || isText(right)) return left === right ? 'same' : 'different'
  const [a, b] = [left ?? [], right ?? []]
  if (a.length === b.length && a.every((element, index) => element === b[index])) return 'same'
  const [sortedA, sortedB] = [a.toSorted(), b.toSorted()]
  const sameElements = a.length === b.length && sortedA.every((element, index) => element === sortedB[index])
  return sameElements ? 'reordered' : 'different'
}

/** What a value of a field may have: each element of a list, or the text. */
export const greatestOfField: Readonly<Record<FieldPath, Measured>> = {
  'mobile.ios.team_id': 'mobileText',
  'mobile.ios.app_bundle_identifier': 'mobileText',
  'mobile.android.keystore_hash': 'fingerprints',
  'mobile.android.app_package_name': 'mobileText',
  owners: 'label',
  productName: 'label',
  callbackUrls: 'url',
  client_upn_key: 'label',
  applicationName: 'label',
  allowedLogoutUrls: 'url',
  allowedWebOrigins: 'url',
  allowedCorsOrigins: 'url',
}
