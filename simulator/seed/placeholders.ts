// The deploy CLI replaces keywords in the text of a file, before anything reads it: ##NAME## by a text, @@NAME@@ by a list
// or an object. Where it has not, they stand where neither JSON nor YAML allows them. So while the text is parsed, marks
// from Unicode's private use stand for the signs.

const markOf: Readonly<Record<string, string>> = { '#': '\uE000', '@': '\uE001' }
const signs: Readonly<Record<string, string>> = { '\uE000': '##', '\uE001': '@@' }

// Alone at the beginning of a line it is a comment, or stands within a text of several lines.
const beginsLine = (text: string, at: number): boolean => text.slice(text.lastIndexOf('\n', at) + 1, at).trim() === ''

/** The same text with marks in place of the signs. `@@password@@` and its like belong to Auth0's templates. */
export const marked = (text: string): string =>
  text.replaceAll(/##[A-Za-z0-9_]+##|@@[A-Z0-9_]+@@/g, (keyword, at: number) => {
    const sign = keyword.charAt(0)
    if (sign === '#' && beginsLine(text, at)) return keyword
    const mark = markOf[sign] ?? ''
    return `${mark}${keyword.slice(2, -2)}${mark}`
  })

const keywords = /\uE000[A-Za-z0-9_]+\uE000|\uE001[A-Z0-9_]+\uE001|##[A-Za-z0-9_]+##/g

/** The keywords that a marked text holds, as they were written. */
export const keywordsIn = (text: string): string[] => [...text.matchAll(keywords)].map(([keyword]) => unmarked(keyword))

/** A marked text as it was written. */
export const unmarked = (text: string): string => text.replaceAll(/[\uE000\uE001]/g, (mark) => signs[mark] ?? mark)
