import { visit } from 'jsonc-parser'
import type { Issue } from '../domain/vocabulary.ts'
import { Problem } from './problem.ts'

/** Deeper than anything that the API knows, shallow enough that nothing which recurses over a body can overflow. */
const maximumDepth = 32

/** What Go's JSON package reads at the most, and with it Terraform: a state that is deeper could never be read again. */
const maximumLooseDepth = 10_000

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
 * Bytes as a JSON value, of what other programs write for each other: a key that stands twice is theirs, and so is any
 * nesting that they could read themselves.
 *
 * @throws Problem 400 for an empty body, for what is not UTF-8 or not JSON, for nesting that Terraform could not read
 */
export const parseLoose = (bytes: Uint8Array): unknown => {
  const text = decode(bytes)
  if (text.trim() === '') throw malformed('The body is empty.')
  // Before it is parsed: millions of brackets would take seconds and a gigabyte.
  if (depthOf(text) > maximumLooseDepth) throw malformed(`The body is nested deeper than ${maximumLooseDepth} levels.`)
  return parse(text)
}

/**
 * The same text with another number at a member of its top object. Everything else stays as it is written, numbers that
 * JavaScript cannot hold included. A loop, not a recursion: the text may be nested deeply.
 *
 * @param text JSON, an object
 * @returns undefined where the member is not there, or no number
 */
export const withNumberAt = (text: string, member: string, value: number): string | undefined => {
  const colon = /\s*:/y
  const number = /-?\d[\d.eE+-]*/y
  let depth = 0
  let awaited = false
  let found: { readonly start: number; readonly end: number } | undefined
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') {
      const start = index
      index = closingQuote(text, start)
      colon.lastIndex = index + 1
      if (depth === 1 && colon.test(text)) awaited = JSON.parse(text.slice(start, index + 1)) === member
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    else if (awaited && depth === 1) {
      number.lastIndex = index
      if (!number.test(text)) continue
      // The last of several counts, as it does for `JSON.parse`.
      found = { start: index, end: number.lastIndex }
      awaited = false
      index = found.end - 1
    }
  }
  return found && `${text.slice(0, found.start)}${value}${text.slice(found.end)}`
}

/** Where the string ends that begins at `start`; the end of the text where it does not. */
const closingQuote = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
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
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') index = closingQuote(text, index)
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
