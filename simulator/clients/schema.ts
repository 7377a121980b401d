import { invalidBody, type Refused } from '../http/answer.ts'
import { formats, type Format } from './formats.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'

type Described = { about?: string; nullable?: boolean }

/** A part of a payload's schema, as data. `about` stands in brackets behind the property in Auth0's messages. */
export type Schema = Described &
  (
    | { type: 'string'; min?: number; max?: number; pattern?: RegExp; format?: Format; values?: readonly string[] }
    | { type: 'boolean' }
    | { type: 'integer'; min?: number; max?: number }
    | { type: 'array'; of: Schema; min?: number; max?: number; unique?: boolean }
    | {
        type: 'object'
        members: Record<string, Schema>
        required?: readonly string[]
        open?: boolean
        atLeast?: number
      }
    | { type: 'map'; of: Schema; keyMax: number; max: number }
    | { type: 'any' }
  )

type Of<Type extends Schema['type']> = Extract<Schema, { type: Type }>

const typeOf = (value: Json): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

// Auth0's texts are those of z-schema: "Array items are not unique (indexes 0 and 1)", "Object didn't pass validation
// for format …" are recorded, and the lengths of two destroyed bodies fit "Missing required property" to the byte.
const fail = (text: string, path: string, about?: string): Refused => {
  const where = path === '' ? '' : ` on property ${path}${about === undefined ? '' : ` (${about})`}`
  return invalidBody(`'${text}'${where}.`)
}

const lengthProblem = (what: string, unit: string, size: number, limits: { min?: number; max?: number }) => {
  if (limits.min !== undefined && size < limits.min)
    return `${what} is too short (${size}${unit}), minimum ${limits.min}`
  if (limits.max !== undefined && size > limits.max)
    return `${what} is too long (${size}${unit}), maximum ${limits.max}`
  return undefined
}

const stringProblem = (value: string, schema: Of<'string'>): string | undefined => {
  if (schema.values !== undefined && !schema.values.includes(value)) return `No enum match for: ${value}`
  if (schema.pattern !== undefined && !schema.pattern.test(value))
    return `String does not match pattern ${schema.pattern.source}: ${value}`
  if (schema.format !== undefined && !formats[schema.format](value))
    return `Object didn't pass validation for format ${schema.format}: ${value}`
  return lengthProblem('String', ' chars', value.length, schema)
}

const integerProblem = (value: number, schema: Of<'integer'>): string | undefined => {
  if (schema.min !== undefined && value < schema.min) return `Value ${value} is less than minimum ${schema.min}`
  if (schema.max !== undefined && value > schema.max) return `Value ${value} is greater than maximum ${schema.max}`
  return undefined
}

const firstRepeated = (items: Json[]): [number, number] | undefined => {
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const key = JSON.stringify(item)
    const earlier = seen.get(key)
    if (earlier !== undefined) return [earlier, index]
    seen.set(key, index)
  }
  return undefined
}

const checkArray = (items: Json[], schema: Of<'array'>, path: string): void => {
  const problem = lengthProblem('Array', '', items.length, schema)
  if (problem !== undefined) throw fail(problem, path, schema.about)
  const repeated = schema.unique === true ? firstRepeated(items) : undefined
  if (repeated !== undefined)
    throw fail(`Array items are not unique (indexes ${repeated[0]} and ${repeated[1]})`, path, schema.about)
  for (const [index, item] of items.entries()) check(item, schema.of, `${path}[${index}]`)
}

const checkObject = (object: JsonObject, schema: Of<'object'>, path: string): void => {
  const names = Object.keys(object)
  const least = schema.atLeast ?? 0
  if (names.length < least)
    throw fail(`Too few properties defined (${names.length}), minimum ${least}`, path, schema.about)
  for (const name of schema.required ?? [])
    if (object[name] === undefined) throw fail(`Missing required property: ${name}`, path, schema.about)
  const unknown = schema.open === true ? [] : names.filter((name) => !Object.hasOwn(schema.members, name))
  if (unknown.length > 0) throw fail(`Additional properties not allowed: ${unknown.join(',')}`, path, schema.about)
  for (const [name, value] of Object.entries(object)) {
    const member = Object.hasOwn(schema.members, name) ? schema.members[name] : undefined
    if (member !== undefined) check(value, member, path === '' ? name : `${path}.${name}`)
  }
}

const checkMap = (map: JsonObject, schema: Of<'map'>, path: string): void => {
  const names = Object.keys(map)
  if (names.length > schema.max)
    throw fail(`Too many properties defined (${names.length}), maximum ${schema.max}`, path, schema.about)
  for (const name of names) {
    const problem = lengthProblem('String', ' chars', name.length, { max: schema.keyMax })
    if (problem !== undefined) throw fail(problem, path, schema.about)
    check(map[name] ?? null, schema.of, `${path}.${name}`)
  }
}

const scalarProblem = (value: Json, schema: Schema): string | undefined => {
  if (schema.type === 'string' && typeof value === 'string') return stringProblem(value, schema)
  if (schema.type === 'integer' && typeof value === 'number') return integerProblem(value, schema)
  return undefined
}

const wrongType = (value: Json, schema: Schema): string | undefined => {
  const found = typeOf(value)
  const expected = schema.type === 'map' ? 'object' : schema.type
  return found === expected || expected === 'any' ? undefined : `Expected type ${expected} but found type ${found}`
}

/** Holds a payload against its schema; throws the refusal that Auth0 answers, for the first thing wrong. */
export const check = (value: Json, schema: Schema, path = ''): void => {
  if (value === null && schema.nullable === true) return
  const mismatch = wrongType(value, schema)
  if (mismatch !== undefined) throw fail(mismatch, path, schema.about)
  const problem = scalarProblem(value, schema)
  if (problem !== undefined) throw fail(problem, path, schema.about)
  if (schema.type === 'array' && Array.isArray(value)) checkArray(value, schema, path)
  if (schema.type === 'object' && isObject(value)) checkObject(value, schema, path)
  if (schema.type === 'map' && isObject(value)) checkMap(value, schema, path)
}
