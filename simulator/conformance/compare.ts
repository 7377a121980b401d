import { isObject, type Json, type JsonObject } from '../json.ts'

/** The first place where an answer differs from the recorded one. */
export type Difference = { path: string; expected: string; actual: string }

/** What recorded and actual answers may differ in, for one cassette. */
export type Tolerance = {
  /** Whether two texts agree: ids, secrets, dates and hosts are others than recorded. */
  sameText: (expected: string, actual: string, member: string) => boolean
  /** Of a lossy answer: whether the absence of a member says nothing. Undefined where answers are as sent. */
  silent: ((path: string) => boolean) | undefined
}

const shown = (value: Json | undefined): string => {
  const text = value === undefined ? '(absent)' : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

type Place = { path: string; member: string; model: string }

const root: Place = { path: '$', member: '', model: '' }
const inside = (place: Place, member: string): Place => ({
  path: `${place.path}.${member}`,
  member,
  model: place.model === '' ? member : `${place.model}.${member}`,
})
const at = (place: Place, index: number): Place => ({
  path: `${place.path}[${index}]`,
  member: place.member,
  model: `${place.model}[]`,
})

const differ = (place: Place, left: Json | undefined, right: Json | undefined): Difference => ({
  path: place.path,
  expected: shown(left),
  actual: shown(right),
})

/** The first difference between a recorded value and ours, or undefined. */
export const compare = (expected: Json, actual: Json | undefined, tolerance: Tolerance): Difference | undefined => {
  const objects = (left: JsonObject, right: JsonObject, place: Place): Difference | undefined => {
    // The recorder forced one, or dropped it.
    const ignored = (name: string): boolean =>
      tolerance.silent !== undefined && place === root && name === 'signing_keys'
    for (const name of Object.keys(left)) {
      const found = ignored(name) ? undefined : values(left[name] ?? null, right[name], inside(place, name))
      if (found !== undefined) return found
    }
    const unasked = Object.keys(right).find((name) => {
      if (Object.hasOwn(left, name) || ignored(name)) return false
      return tolerance.silent === undefined || !(right[name] === null || tolerance.silent(inside(place, name).model))
    })
    return unasked === undefined ? undefined : differ(inside(place, unasked), undefined, right[unasked])
  }

  const arrays = (left: Json[], right: Json[], place: Place): Difference | undefined => {
    if (left.length !== right.length) return differ(place, left, right)
    for (const [index, item] of left.entries()) {
      const found = values(item, right[index], at(place, index))
      if (found !== undefined) return found
    }
    return undefined
  }

  const values = (left: Json, right: Json | undefined, place: Place): Difference | undefined => {
    if (Array.isArray(left) && Array.isArray(right)) return arrays(left, right, place)
    if (isObject(left) && isObject(right)) return objects(left, right, place)
    if (typeof left === 'string' && typeof right === 'string')
      return tolerance.sameText(left, right, place.member) ? undefined : differ(place, left, right)
    return left === right ? undefined : differ(place, left, right)
  }

  return values(expected, actual, root)
}
