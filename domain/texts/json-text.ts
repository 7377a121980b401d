/**
 * Looking at a JSON text without parsing it. Loops, not recursions: the text is somebody else's, and may be nested deeply.
 */

/** One thing wrong with a request, at a JSON pointer into its body ('' is the whole body). */
export interface Issue {
  readonly pointer: string
  readonly detail: string
}

/** Where the string ends that begins at `start`; at or behind the end of the text where it does not. */
const closingQuote = (text: string, start: number): number => {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
}

/** How much there is in a text, strings left out. */
export interface Extent {
  /** Brackets that stand open at once. */
  readonly depth: number
  /** Values, no fewer than there are: each costs memory once it is parsed, thirty times what it takes in the text. */
  readonly values: number
}

export const extentOf = (text: string): Extent => {
  let deepest = 0
  let depth = 0
  let values = 1
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') index = closingQuote(text, index)
    else if (character === ',') values += 1
    else if (character === '{' || character === '[') {
      deepest = Math.max(deepest, (depth += 1))
      values += 1
    } else if (character === '}' || character === ']') depth -= 1
  }
  return { depth: deepest, values }
}

/** A string of a JSON text: its place, and whether it names a member. */
interface Mark {
  readonly start: number
  /** Behind its closing quote. */
  readonly end: number
}

const colon = /\s*:/y

/** The names of the members of the top object, in the order of the text. @param text valid JSON */
const topNamesIn = function* (text: string): Generator<Mark> {
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') {
      const start = index
      index = closingQuote(text, start)
      colon.lastIndex = index + 1
      if (depth === 1 && colon.test(text)) yield { start, end: index + 1 }
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
  }
}

/**
 * Whether the top object names a member twice. JSON.parse takes the last of them and others the first, so that two readers
 * of one token would see different claims (RFC 7519, 4).
 *
 * @param text valid JSON
 */
export const repeatsMember = (text: string): boolean => {
  const seen = new Set<unknown>()
  for (const { start, end } of topNamesIn(text)) {
    const name: unknown = JSON.parse(text.slice(start, end))
    if (seen.has(name)) return true
    seen.add(name)
  }
  return false
}

/**
 * The same text with another number at a member of its top object. Everything else stays as it is written, numbers that
 * JavaScript cannot hold included.
 *
 * @param text JSON, an object
 * @returns undefined where the member is not there, or no number
 */
export const withNumberAt = (text: string, member: string, value: number): string | undefined => {
  const number = /\s*:\s*(-?\d[\d.eE+-]*)/y
  let found: { readonly start: number; readonly end: number } | undefined
  for (const { start, end } of topNamesIn(text)) {
    if (JSON.parse(text.slice(start, end)) !== member) continue
    number.lastIndex = end
    const digits = number.exec(text)?.[1]
    // The last of several counts, as it does for `JSON.parse`.
    if (digits !== undefined) found = { start: number.lastIndex - digits.length, end: number.lastIndex }
  }
  return found && `${text.slice(0, found.start)}${value}${text.slice(found.end)}`
}

/** A JSON pointer (RFC 6901). */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
