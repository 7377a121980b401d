import { styleText } from 'node:util'

/** What `styleText` writes before and behind a text, for a text to be split at. */
// oxlint-disable-next-line no-control-regex -- an escape sequence begins with one
export const colourCode = /(\u001B\[\d{1,2}m)/

export type Colour = 'green' | 'yellow' | 'red' | 'gray'

/** Whether standard output takes colours: a terminal, and nobody has said no (https://no-color.org). */
export const takesColours = (): boolean => process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''

/** A text in a colour, where it is taken. */
export const inColour = (colour: Colour, text: string): string =>
  // Whether it is taken has been decided, by rules that hold for every command.
  takesColours() ? styleText(colour, text, { validateStream: false }) : text
