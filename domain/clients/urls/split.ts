import { greatestCounts } from '../../texts/lengths.ts'
import { schemeName } from './written-url.ts'

/** Several URLs in one text. Source: the contract, "multiple values should be comma separated". */

const schemeCharacters = new Set('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-')
const isOfScheme = (character: string): boolean => schemeCharacters.has(character)
/** As `trim` sees it. */
const isSpace = (character: string): boolean =>
  character <= ' ' || character >= '\u00a0' ? character.trim() === '' : false
const separates = (character: string): boolean => character === ',' || isSpace(character)

/** Where `index` comes to when it walks left over characters of a kind, no further than `end`. */
const leftOver = (text: string, index: number, end: number, isOfKind: (character: string) => boolean): number => {
  let place = index
  while (place > end && isOfKind(text.charAt(place - 1))) place -= 1
  return place
}

/**
 * The pieces between commas that an absolute URL follows. From each `:/` it walks left over the scheme and white space, no
 * further than the `:/` before: so every character is passed twice at most, however many commas there are.
 */
const piecesOf = (element: string): string[] => {
  const pieces: string[] = []
  let begin = 0
  let passed = 0
  for (let colon = element.indexOf(':/'); colon >= 0; colon = element.indexOf(':/', passed)) {
    const scheme = leftOver(element, colon, passed, isOfScheme)
    const comma = leftOver(element, scheme, passed, isSpace) - 1
    if (comma >= passed && element[comma] === ',' && schemeName.test(element.slice(scheme, colon))) {
      pieces.push(element.slice(begin, comma))
      begin = scheme
    }
    passed = colon + 2
  }
  return [...pieces, element.slice(begin)]
}

/** Without the commas and white space at its ends. */
const bare = (piece: string): string => {
  const end = leftOver(piece, piece.length, 0, separates)
  let begin = 0
  while (begin < end && separates(piece.charAt(begin))) begin += 1
  return piece.slice(begin, end)
}

const isAbsolute = (piece: string): boolean => schemeName.test(piece.slice(0, Math.max(0, piece.indexOf(':/'))))

/**
 * An element that holds several absolute URLs separated by commas, as those URLs, and one with a comma at its end without
 * it; any other element as it is. Other commas are part of a URL.
 */
export const splitUrls = (element: string): string[] => {
  const found = piecesOf(element)
  // More than a list may have: whoever asked refuses them, and need not wait for what each of them is.
  if (found.length > greatestCounts.elements) return found
  const pieces = found.map(bare).filter((piece) => piece !== '')
  const isList = found.length > 1 || element.trimEnd().endsWith(',')
  return isList && pieces.length > 0 && pieces.every(isAbsolute) ? pieces : [element]
}
