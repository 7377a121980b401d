/**
 * Texts from outside, as a terminal may get them. A terminal obeys control characters and escape sequences, shows letters in
 * another order after a direction mark, and shows nothing of what has no width: whoever can choose a text could write
 * another line than the program does, or a command into the clipboard.
 */

/** Controls (C0, DEL, C1), what has no shape of its own (direction marks, zero width), and other ends of a line. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const unseenInLines = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A text that somebody else chose, on one line, with a mark in the place of each character that could not be seen. */
export const printable = (text: string): string => text.replaceAll(unseen, '\u{fffd}')

/** The same for several lines that the program itself has put together: only their ends stay. */
export const printableLines = (text: string): string => text.replaceAll(unseenInLines, '\u{fffd}')

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
    .map((unit) => String.raw`\u${unit.toString(16).padStart(4, '0')}`)
    .join('')

/** JSON, of whatever layout, that says the same without a character that a terminal would obey or not show. */
export const printableJson = (json: string): string => json.replaceAll(unseenInLines, escaped)
