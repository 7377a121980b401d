import { isObject, type Json, type JsonObject } from '../json.ts'
import type { Schema } from '../clients/schema.ts'
import { keywordsIn, unmarked } from './placeholders.ts'

/** What came to light while a file was read: `problems` refuse it, `notes` are told. */
export type Findings = { problems: string[]; notes: string[] }

const kinds: Partial<Record<Schema['type'], { is: (value: Json) => boolean; name: string }>> = {
  array: { is: Array.isArray, name: 'a list' },
  object: { is: isObject, name: 'an object' },
  map: { is: isObject, name: 'an object' },
  string: { is: (value) => typeof value === 'string', name: 'a text' },
}

const nameOf = (value: Json): string => {
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'an object' : `a ${typeof value}`.replace('a string', 'a text')
}

const takesText = (schema: Schema | undefined): boolean =>
  schema === undefined || schema.type === 'string' || schema.type === 'any'

const inside = (schema: Schema | undefined, name: string): Schema | undefined => {
  if (schema?.type === 'map') return schema.of
  return schema?.type === 'object' && Object.hasOwn(schema.members, name) ? schema.members[name] : undefined
}

type Place = { schema: Schema | undefined; path: string; depth: number }

/**
 * A value of a client as the tenant keeps it; undefined where it is left out: null, as Auth0 never answers it, and a
 * keyword that stands for something else than a text. What an export holds need not pass what Auth0 takes today: only
 * that a list is a list, and so on, is held, and not within the members that are objects.
 */
const readValue = (value: Json, { schema, path, depth }: Place, findings: Findings): Json | undefined => {
  if (value === null) return undefined
  const keywords = typeof value === 'string' ? keywordsIn(value) : []
  if (typeof value === 'string' && keywords.length > 0) {
    const text = unmarked(value)
    // A key of a keyword's name would be no key.
    const stays = takesText(schema) && !text.startsWith('@@') && !path.endsWith('.pem')
    findings.notes.push(`${path}: ${keywords.join(', ')} ${stays ? 'stays as it is' : 'is left out'}`)
    return stays ? text : undefined
  }
  const kind = schema === undefined || depth > 0 ? undefined : kinds[schema.type]
  if (kind !== undefined && !kind.is(value)) {
    findings.problems.push(`${path}: is ${nameOf(value)}, and must be ${kind.name}`)
    return undefined
  }
  if (Array.isArray(value)) {
    const of = schema?.type === 'array' ? schema.of : undefined
    return value.flatMap(
      (item, index) => readValue(item, { schema: of, path: `${path}[${index}]`, depth }, findings) ?? [],
    )
  }
  if (!isObject(value)) return value
  const deeper = schema?.type === 'map' ? depth : depth + 1
  return readObject(
    value,
    (name) => ({ schema: inside(schema, name), path: `${path}.${name}`, depth: deeper }),
    findings,
  )
}

const readObject = (object: JsonObject, placeOf: (name: string) => Place, findings: Findings): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      const name = unmarked(key)
      const read = readValue(value, placeOf(name), findings)
      return read === undefined ? [] : [[name, read]]
    }),
  )

/** The members of a client that stands at a path, each by its schema. */
export const readMembers = (
  client: JsonObject,
  schemaOf: (name: string) => Schema | undefined,
  path: string,
  findings: Findings,
): JsonObject => readObject(client, (name) => ({ schema: schemaOf(name), path: `${path}.${name}`, depth: 0 }), findings)
