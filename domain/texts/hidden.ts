/**
 * Characters that a person does not see, or that turn what they see: they come along when a text is copied, and Auth0, which
 * compares texts exactly, keeps them.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu

/** Those that an emoji is put together with: they join two, or follow one. */
const ofEmoji =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})\ufe0f|\ufe0f(?=\u20e3)/gu

/** Where the first of them stands, in UTF-16 code units; -1 where there is none. */
export const hiddenIn = (text: string): number => text.replaceAll(ofEmoji, '-').search(hidden)

/** Such as `U+00A0`. */
const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** What is hidden in a text, as a sentence that names its code point and its place; undefined where nothing is. */
export const hiddenProblem = (text: string): string | undefined => {
  const index = hiddenIn(text)
  if (index >= 0) return `A text may hold no invisible and no control characters; ${placed(text, index)}.`
  if (text.startsWith(' ')) return `A text may not begin with a space; ${placed(text, 0)}.`
  if (text.endsWith(' ')) return `A text may not end with a space; ${placed(text, text.length - 1)}.`
  return undefined
}

const placed = (text: string, index: number): string =>
  `${codePointOf(text.slice(index))} is character ${codePointsIn(text.slice(0, index)) + 1} of ${codePointsIn(text)}`

const codePointsIn = (text: string): number => Array.from(text).length
