import { isText, recordOf } from '../shape.ts'
import type { Auth0Client, FieldPath, Value, Values } from '../vocabulary.ts'
import { eachField, fieldPaths, pathsOf } from '../vocabulary.ts'
import { fields } from './fields.ts'
import { placeOf } from './metadata-keys.ts'
import type { MetadataKeys } from './metadata-keys.ts'

/** Fields of a client as Auth0 has it, by the table of fields: read, written, and compared. */

/** The value of one field in a client as Auth0 has it; null where there is none (an empty list stays a list). */
export const readField = (path: FieldPath, client: Auth0Client, keys: MetadataKeys): Value =>
  fields[path].decode(placeOf(path, keys).reduce((here: unknown, name) => recordOf(here)[name], client))

/** All fields of a client as Auth0 has it. */
export const readFields = (client: Auth0Client, keys: MetadataKeys): Readonly<Record<FieldPath, Value>> =>
  eachField((path) => readField(path, client, keys))

/** Whether there is nothing in it. Auth0 does not tell absent, `[]`, `""` and null apart, so neither do we. */
export const isEmpty = (value: Value | undefined): boolean =>
  value === undefined || value === null || value.length === 0

/** Whether Auth0 keeps an empty key for a field of `client_metadata` that is to be empty: emptying it takes the key away. */
export const leavesKey = (
  path: FieldPath,
  value: Value | undefined,
  client: Auth0Client,
  keys: MetadataKeys,
): boolean => {
  const [member, key] = placeOf(path, keys)
  return member === 'client_metadata' && key !== undefined && isEmpty(value) && isText(recordOf(client[member])[key])
}

/** What is sent for a value; undefined where the leaf is left out of the part that it stands in. */
const rawOf = (path: FieldPath, value: Value): unknown =>
  value === null || value.length === 0 ? fields[path].cleared : fields[path].encode(value)

/**
 * The members of an Auth0 PATCH that bring `values` about, and no others.
 *
 * Auth0 merges `client_metadata`: the keys that are named go out alone. A part of `mobile` is replaced as it is sent, so
 * the named leaves go out with the observed siblings of the same part. Source: recorded traffic and Auth0's schema.
 */
export const writeFields = (values: Values, observed: Auth0Client, keys: MetadataKeys): Record<string, unknown> => {
  const members: Record<string, unknown> = {}
  const metadata: Record<string, unknown> = {}
  const mobile: Record<string, Record<string, unknown>> = {}
  for (const path of pathsOf(values)) {
    const raw = rawOf(path, values[path] ?? null)
    const [member, name, leaf] = placeOf(path, keys)
    if (name === undefined) members[member] = raw
    else if (leaf === undefined) metadata[name] = raw
    else {
      const part = (mobile[name] ??= { ...recordOf(recordOf(observed[member])[name]) })
      if (raw === undefined) delete part[leaf]
      else part[leaf] = raw
    }
  }
  if (Object.keys(metadata).length > 0) members['client_metadata'] = metadata
  if (Object.keys(mobile).length > 0) members['mobile'] = mobile
  return members
}

/** The field that an Auth0 member name belongs to, as Auth0 names it in an error (`callbacks[0]`, `client_metadata.x`). */
export const fieldOfMember = (member: string, keys: MetadataKeys): FieldPath[] =>
  fieldPaths.filter((path) => {
    const place = placeOf(path, keys)
    return place.some((_name, index) => place.slice(0, index + 1).join('.') === member)
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
