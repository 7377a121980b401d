/** JSON values, as they go over the wire. */
export type Json = string | number | boolean | null | Json[] | JsonObject
export type JsonObject = { [member: string]: Json }

/** Whether a value is a JSON object (not null, not an array). */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same value without null members at any depth: Auth0 leaves unset members out and never answers null (recorded, 158 raw clients). */
export const withoutNulls = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  )
}

/** What a text of JSON says; undefined where it is none. */
export const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value where it is a text, else the empty text. */
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** The members of an object that `keep` accepts. */
export const pick = (object: JsonObject, keep: (member: string) => boolean): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([member]) => keep(member)))
