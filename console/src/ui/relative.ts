import { times } from '../texts/times.ts'

/** Units from the largest, in seconds. */
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const satisfies readonly (readonly [Intl.RelativeTimeFormatUnit, number])[]

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** How long ago, or in how long: whole units, of the largest that is reached. */
export const relativeTo = (now: Date, at: Date): string => {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000)
  const found = units.find(([, length]) => Math.abs(seconds) >= length)
  if (found !== undefined) return format.format(Math.trunc(seconds / found[1]), found[0])
  return seconds > 5 ? times.soon : times.justNow
}

/** A text in parts, with each time of ISO 8601 that stands in it as a part of its own. */
export const withTimes = (text: string): readonly (string | { readonly at: string })[] =>
  text
    .split(/(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)/)
    .flatMap((part, index) => (part === '' ? [] : [index % 2 === 1 ? { at: part } : part]))
