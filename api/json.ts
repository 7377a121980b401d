import { visit } from 'jsonc-parser'
import type { Issue } from '../domain/vocabulary.ts'
import { Problem } from './problem.ts'

/** Deeper than anything that the API knows, shallow enough that nothing which recurses over a body can overflow. */
const maximumDepth = 32

const malformed = (detail: string, errors: readonly Issue[] = []): Problem =>
  new Problem('malformed', detail, { errors })

/**
 * Bytes as a JSON value.
 *
 * @throws Problem 400 for an empty body, for what is not UTF-8 or not JSON, for too deep nesting, and for an object that
 *   names a key twice, with the pointer of each: which of the two was meant, nobody can tell
 */
export const parseJson = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') throw malformed('The body is empty; send a JSON object, {} at least.')
  const value = parse(text)
  // Before anything recurses over it.
  if (depthOf(text) > maximumDepth) throw malformed(`The body is nested deeper than ${maximumDepth} levels.`)
  const issues = duplicateKeys(text)
  if (issues.length > 0) throw malformed('The body is JSON, but not usable as it stands.', issues)
  return value
}

/**
 * Bytes as a JSON value, of what other programs write for each other: a key that stands twice, or deep nesting, is theirs.
 *
 * @throws Problem 400 for an empty body, for what is not UTF-8 or not JSON
 */
export const parseLoose = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') throw malformed('The body is empty.')
  return parse(text)
}

/**
 * The same text with another number at a member of its top object. Everything else stays as it is written, numbers that
 * JavaScript cannot hold included.
 *
 * @param text JSON, an object
 * @returns undefined where the member is not there, or no number
 */
export const withNumberAt = (text: string, member: string, value: number): string | undefined => {
  let depth = 0
  let awaited = false
  let found: { readonly offset: number; readonly length: number } | undefined
  visit(text, {
    onObjectBegin: () => void (depth += 1),
    onObjectEnd: () => void (depth -= 1),
    onArrayBegin: () => void (depth += 1),
    onArrayEnd: () => void (depth -= 1),
    onObjectProperty: (key) => void (awaited = depth === 1 && key === member),
    onLiteralValue: (literal, offset, length) => {
      // The last of several counts, as it does for `JSON.parse`.
      if (awaited && depth === 1 && typeof literal === 'number') found = { offset, length }
      awaited = false
    },
  })
  return found && `${text.slice(0, found.offset)}${value}${text.slice(found.offset + found.length)}`
}

/** A JSON pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

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

/** Brackets that stand open at once, strings left out. A loop, not a recursion: the text is the caller's. */
const depthOf = (text: string): number => {
  let deepest = 0
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index += 1
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1))
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}

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
      if (keys?.has(key) === true)
        issues.push({ pointer: pointerTo([...pathToObject(), key]), detail: 'This key stands here more than once.' })
      keys?.add(key)
    },
  })
  return issues
}
