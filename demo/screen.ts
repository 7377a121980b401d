import { styleText } from 'node:util'
import stringWidth from 'string-width'
import { printableLines } from '../domain/texts/printable.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours only where the output is a terminal that shows them; NO_COLOR and FORCE_COLOR are heeded. */
const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout })

export const bold = (text: string): string => styled('bold', text)
export const dim = (text: string): string => styled('dim', text)
export const red = (text: string): string => styled('red', text)
export const green = (text: string): string => styled('green', text)
export const cyan = (text: string): string => styled('cyan', text)

// oxlint-disable-next-line no-control-regex -- an escape sequence begins with one
const colourCode = /(\u001B\[\d{1,2}m)/
/** Of what could steer a terminal only the demo's own colours. */
const shown = (line: string): string =>
  line
    .split(colourCode)
    .map((part, index) => (index % 2 === 1 && styled('bold', '-') !== '-' ? part : printableLines(part)))
    .join('')

/** Writes a line, or an empty one, to the standard output. */
export const say = (line = '', indent = 0): void => void process.stdout.write(`${' '.repeat(indent)}${shown(line)}\n`)

/** Columns of the terminal: lines are no longer, but for what is to be copied. */
const width = Math.min(process.stdout.columns || 80, 100)

/** Whether a line of this indent fits the terminal. */
export const fits = (line: string, indent: number): boolean => indent + stringWidth(line) <= width

/** Writes a text as several lines that fit a terminal. */
export const tell = (text: string, indent: number, style: (line: string) => string = (line) => line): void => {
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent + stringWidth(line) + 1 + stringWidth(word) > width) {
      say(style(line), indent)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  say(style(line), indent)
}

/** Writes rows as aligned columns; the last column is as wide as it is. */
export const columns = (rows: readonly (readonly string[])[], indent: number): void => {
  const widths = (rows[0] ?? []).map((_, place) => Math.max(...rows.map((row) => stringWidth(row[place] ?? ''))))
  for (const row of rows)
    say(
      row
        .map((cell, place) => cell.padEnd(widths[place] ?? 0))
        .join('   ')
        .trimEnd(),
      indent,
    )
}

/** A duration for people: 7 ms, 1,240 ms. */
export const duration = (ms: number): string => `${Math.round(ms).toLocaleString('en-GB')} ms`
