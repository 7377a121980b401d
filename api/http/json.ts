import { visit } from 'jsonc-parser'
import { extentOf, pointerTo } from '../../domain/texts/json-text.ts'
import { excessIn } from '../../domain/texts/lengths.ts'
import { Problem } from './problem.ts'
import type { Issue } from '../../domain/texts/json-text.ts'

/** Deeper than anything that the API knows, shallow enough that nothing which recurses over a body can overflow. */
const maximumDepth = 32

/** What Go's JSON package reads at the most, and with it Terraform: a state that is deeper could never be read again. */
const maximumLooseDepth = 10_000

/** A Terraform state of 100,000 resources has about three million. Parsed, as many take less than half a gigabyte. */
const maximumValues = 5_000_000

const malformed = (detail: string, errors: readonly Issue[] = []): Problem =>
  new Problem('malformed', detail, { errors })

/**
 * Bytes as a JSON value.
 *
 * @param elements how many it may have where it is a list
 * @throws Problem 400 for an empty body, for what is not UTF-8 or not JSON, for too deep nesting, for objects of too many
 *   members, and for an object that names a key twice, with the pointer of each: which of the two was meant, nobody can
 *   tell; 422 for a text or a list that is too long
 */
export const parseJson = (bytes: Uint8Array, elements?: number): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') throw malformed('The body is empty; send a JSON object, {} at least.')
  // Before anything recurses over it.
  if (extentOf(text).depth > maximumDepth) throw malformed(`The body is nested deeper than ${maximumDepth} levels.`)
  const value = parse(text)
  const { shape, length } = excessIn(value, elements)
  const ofAll = shape.find(({ pointer }) => pointer === '')
  if (ofAll !== undefined) throw malformed(ofAll.detail)
  const issues = [...shape, ...duplicateKeys(text)]
  if (issues.length > 0) throw malformed('The body is JSON, but not usable as it stands.', issues)
  if (length.length > 0) throw new Problem('impossible', 'The body holds more than can be taken.', { errors: length })
  return value
}

/**
 * Bytes as a JSON value, of what other programs write for each other: a key that stands twice is theirs, and so is any
 * nesting that they could read themselves.
 *
 * @throws Problem 400 for an empty body, for what is not UTF-8 or not JSON, for nesting that Terraform could not read; 422
 *   for more values than memory is to hold
 */
export const parseLoose = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') throw malformed('The body is empty.')
  // Before it is parsed: millions of brackets would take seconds and a gigabyte.
  const { depth, values } = extentOf(text)
  if (depth > maximumLooseDepth) throw malformed(`The body is nested deeper than ${maximumLooseDepth} levels.`)
  if (values > maximumValues) throw new Problem('impossible', `The body holds more than ${maximumValues} values.`)
  return parse(text)
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed('The body is not UTF-8.')
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    // V8's message quotes the body, and a body may hold what must not come back; its position is enough.
    const position = error instanceof SyntaxError ? / at position (\d+)/.exec(error.message)?.[1] : undefined
    throw malformed(`The body is not JSON${position === undefined ? '' : ` (character ${position})`}.`)
  }
}

/** Nobody reads more. */
const enough = 100

/** Keys that stand twice in the same object, which `JSON.parse` lets pass. The text is known to be JSON. */
const duplicateKeys = (text: string): Issue[] => {
  const issues: Issue[] = []
  const open: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set())
    },
    onObjectEnd: () => {
      open.pop()
    },
    onObjectProperty: (key, _offset, _length, _line, _character, pathToObject) => {
      const keys = open.at(-1)
      if (keys?.has(key) === true && issues.length < enough)
        issues.push({ pointer: pointerTo([...pathToObject(), key]), detail: 'This key stands here more than once.' })
      keys?.add(key)
    },
  })
  return issues
}
