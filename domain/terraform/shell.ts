/** A word in a POSIX shell's quotes, whatever it holds. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** A command to paste into a shell: words are quoted where they have to be. */
export const shell = (...words: readonly string[]): string =>
  words.map((word) => (/^[A-Za-z0-9_./:@-]+$/.test(word) ? word : quoted(word))).join(' ')
