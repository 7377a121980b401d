/** Edits of a list that is written line by line. */

/**
 * The lines of a text that was pasted: by line breaks, and by commas between absolute URLs, as the API reads them. Other
 * commas stay.
 */
export const pastedLines = (text: string): readonly string[] =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .flatMap(betweenUrls)
    .map((line) => line.trim())
    .filter((line) => line !== '')

const absolute = /^[a-z][\d+.a-z-]*:\/\//i

const betweenUrls = (line: string): readonly string[] => {
  const found: string[] = []
  for (const part of line.split(',')) {
    const last = found.at(-1)
    if (last === undefined || absolute.test(part.trim())) found.push(part)
    else found[found.length - 1] = `${last},${part}`
  }
  return found
}

/** The lines after a paste at a place of one of them, and which line then ends it. A line without anything is filled. */
export const withPaste = (
  lines: readonly string[],
  at: number,
  pasted: readonly string[],
): { readonly lines: readonly string[]; readonly last: number } => {
  const isEmpty = (lines[at] ?? '').trim() === ''
  const from = isEmpty ? at : at + 1
  return { lines: lines.toSpliced(from, isEmpty ? 1 : 0, ...pasted), last: from + pasted.length - 1 }
}

/** The lines with one of them at another place; as they were where there is no such place. */
export const withMove = (lines: readonly string[], from: number, to: number): readonly string[] => {
  const line = lines[from]
  if (line === undefined || to < 0 || to >= lines.length || from === to) return lines
  return lines.toSpliced(from, 1).toSpliced(to, 0, line)
}

/** For each line that is sent, its place among the lines of the page: those without anything are not sent. */
export const sentPlaces = (lines: readonly string[]): readonly number[] =>
  lines.flatMap((line, place) => (line.trim() === '' ? [] : [place]))
