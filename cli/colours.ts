import { styleText } from 'node:util'

export type Colour = 'green' | 'yellow' | 'red' | 'gray'

/** Whether standard output takes colours: a terminal, and nobody has said no (https://no-color.org). */
const takesColours = (): boolean => process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''

/** A text in a colour, where it is taken. */
export const inColour = (colour: Colour, text: string): string =>
  // Whether it is taken has been decided, by rules that hold for every command.
  takesColours() ? styleText(colour, text, { validateStream: false }) : text
