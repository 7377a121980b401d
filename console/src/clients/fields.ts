import type { Schemas } from '../app/schemas.ts'

export type FieldPath = Schemas['FieldPath']

/** What a field holds: lines, a text, or nothing. Nothing, no lines and an empty text are the same. */
export type Value = readonly string[] | string | null

/** All fields of a client that its owners may change. */
export type Values = Readonly<Record<FieldPath, Value>>
export type SomeValues = Partial<Values>

type Kind = 'list' | 'text'

/** The fields in the order of the page, in groups that belong together. */
export const fieldGroups = [
  { group: 'addresses', fields: ['callbackUrls', 'allowedLogoutUrls', 'allowedWebOrigins', 'allowedCorsOrigins'] },
  { group: 'ownership', fields: ['owners', 'productName'] },
  { group: 'names', fields: ['applicationName', 'client_upn_key'] },
  {
    group: 'mobile',
    fields: [
      'mobile.ios.team_id',
      'mobile.ios.app_bundle_identifier',
      'mobile.android.app_package_name',
      'mobile.android.keystore_hash',
    ],
  },
] as const satisfies readonly { readonly group: string; readonly fields: readonly FieldPath[] }[]

export const fieldPaths: readonly FieldPath[] = fieldGroups.flatMap(({ fields }) => fields)

const kinds: Readonly<Record<FieldPath, Kind>> = {
  callbackUrls: 'list',
  allowedLogoutUrls: 'list',
  allowedWebOrigins: 'list',
  allowedCorsOrigins: 'list',
  owners: 'list',
  productName: 'text',
  applicationName: 'text',
  client_upn_key: 'text',
  'mobile.ios.team_id': 'text',
  'mobile.ios.app_bundle_identifier': 'text',
  'mobile.android.app_package_name': 'text',
  'mobile.android.keystore_hash': 'text',
}

export const isList = (path: FieldPath): boolean => kinds[path] === 'list'

export const isValue = (value: unknown): value is Value =>
  value === null ||
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((line: unknown) => typeof line === 'string'))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path of an object in the shape of a request's body; undefined where the object does not name it. */
export const readField = (nested: unknown, path: FieldPath): Value | undefined => {
  let found: unknown = nested
  for (const name of path.split('.')) {
    if (!isObject(found) || !(name in found)) return undefined
    found = found[name]
  }
  if (found === null || typeof found === 'string') return found
  return Array.isArray(found) ? found.map(String) : undefined
}

/** The fields that an object in the shape of a request's body names. */
export const readFields = (nested: unknown): SomeValues =>
  Object.fromEntries(
    fieldPaths.flatMap((path) => {
      const value = readField(nested, path)
      return value === undefined ? [] : [[path, value]]
    }),
  )

/** All fields of a client; what is not there is nothing. */
export const valuesOf = (client: unknown): Values => {
  const found = readFields(client)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every path is given a value
  return Object.fromEntries(fieldPaths.map((path) => [path, found[path] ?? null])) as Values
}

/** A value as lines: of a text, itself; of nothing, none. A line that holds nothing is no line. */
export const linesOf = (value: Value | undefined): readonly string[] =>
  (typeof value === 'string' ? [value] : (value ?? [])).filter((line) => line.trim() !== '')

/** Whether two values are the same to Auth0: the order of lines counts, lines without anything do not. */
export const isSame = (one: Value | undefined, other: Value | undefined): boolean => {
  const [left, right] = [linesOf(one), linesOf(other)]
  return left.length === right.length && left.every((line, index) => line === right[index])
}
