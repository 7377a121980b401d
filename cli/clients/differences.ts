import type { ClientDifference, FieldDifference } from '../../domain/changes/tenant-report.ts'
import type { Value } from '../../domain/vocabulary.ts'
import { inColour } from '../terminal/colours.ts'
import { printable } from '../../domain/texts/printable.ts'

const isList = (value: Value): value is readonly string[] => Array.isArray(value)
const isNothing = (value: Value): boolean => value === null || value.length === 0

const colours = { '+': 'green', '-': 'red', '~': 'yellow', ' ': 'gray' } as const
const paint = (mark: keyof typeof colours, text: string): string =>
  inColour(colours[mark], `${mark} ${printable(text)}`)

/** What becomes of one field. */
export const fieldLines = ({ field, from, to, why }: FieldDifference): string[] => {
  const mark = isNothing(from) ? '+' : isNothing(to) ? '-' : '~'
  const title = why === undefined ? field : `${field} (${why})`
  if (!isList(from) && !isList(to)) {
    const before = isNothing(from) ? '' : `${JSON.stringify(from)} -> `
    return [paint(mark, `${title}: ${before}${isNothing(to) ? 'nothing' : JSON.stringify(to)}`)]
  }
  const [old, wanted] = [isList(from) ? from : [], isList(to) ? to : []]
  return [
    paint(mark, title),
    ...old.filter((one) => !wanted.includes(one)).map((one) => `    ${paint('-', one)}`),
    ...wanted.map((one) => `    ${paint(old.includes(one) ? ' ' : '+', one)}`),
  ]
}

/** Differences in the manner of a Terraform plan: - goes, + comes, ~ becomes another. */
export const differenceLines = (clients: readonly ClientDifference[]): string[] =>
  clients.flatMap(({ id, name, notes, fields }) => [
    paint('~', `${name} (${id})`),
    ...fields.flatMap((field) => fieldLines(field).map((line) => `    ${line}`)),
    ...notes.map((note) => `      ${printable(note)}`),
    '',
  ])
