import { fieldPaths, isList, isSame, linesOf } from '../fields.ts'
import type { FieldPath, SomeValues, Value, Values } from '../fields.ts'

/** The fields that an edit makes otherwise. */
export const changedFields = (base: Values, edits: SomeValues): FieldPath[] =>
  fieldPaths.filter((path) => edits[path] !== undefined && !isSame(base[path], edits[path]))

/** What empties a field in a request: null would leave it as it is. */
const sent = (path: FieldPath, value: Value | undefined): readonly string[] | string => {
  const lines = linesOf(value)
  return isList(path) ? lines : (lines[0] ?? '')
}

/** The body of the PATCH that makes an edit true: only the fields that change. Null where none does. */
export const patchOf = (base: Values, edits: SomeValues): Readonly<Record<string, unknown>> | null => {
  const paths = changedFields(base, edits)
  if (paths.length === 0) return null
  const body: Record<string, unknown> = {}
  for (const path of paths) put(body, path.split('.'), sent(path, edits[path]))
  return body
}

const put = (into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void => {
  if (rest.length === 0) {
    into[name] = value
    return
  }
  const inner = into[name]
  const members: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {}
  put(members, rest, value)
  into[name] = members
}
