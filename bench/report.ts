import { z } from 'zod'

/** What a figure should be: at the most, or at the least. */
const Goal = z.union([z.strictObject({ most: z.number() }), z.strictObject({ least: z.number() })])

/** What a bench finds out. */
const Figure = z.strictObject({
  name: z.string(),
  value: z.number(),
  /** `ms`, `/s`, `MiB`; empty for a count or a ratio. */
  unit: z.string(),
  goal: Goal.optional(),
  /** A rival or a limit of the same run. */
  beside: z.string().optional(),
})
export type Figure = z.infer<typeof Figure>

/** What a bench has to say, in the order in which it was said. A note is a line of text: what was left out, what to know. */
export const Rows = z.array(z.union([Figure, z.strictObject({ note: z.string() })]))
export type Row = z.infer<typeof Rows>[number]

/** Takes the rows of a bench, each as soon as it is known. */
export type Report = (row: Row) => void

interface BenchOptions {
  /** A checkout of another commit, ready to run, that is measured beside this one. */
  readonly beside?: string | undefined
}

/** One bench. Never a test: a slow machine is not a fault. */
export type Bench = (report: Report, options: BenchOptions) => Promise<void>

/** Compared as it is printed, so that nobody reads that 6.0 is more than 6. */
export const isReached = ({ value, goal }: Figure): boolean | undefined => {
  if (goal === undefined) return undefined
  return 'most' in goal ? rounded(value) <= goal.most : rounded(value) >= goal.least
}

const decimals = (value: number): number => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)

/** Three digits are more than any of this is exact to. */
const rounded = (value: number): number => Number(value.toFixed(decimals(value)))

const withUnit = (number: string, unit: string): string =>
  unit.startsWith('/') ? number + unit : `${number} ${unit}`.trim()

/** A value as people read it. */
export const valueText = ({ value, unit }: Pick<Figure, 'value' | 'unit'>): string =>
  withUnit(rounded(value).toLocaleString('en', { minimumFractionDigits: decimals(value) }), unit)

/** A goal as people read it; empty where there is none. */
export const goalText = ({ goal, unit }: Pick<Figure, 'goal' | 'unit'>): string => {
  if (goal === undefined) return ''
  const [sign, value] = 'most' in goal ? ['≤', goal.most] : ['≥', goal.least]
  return `${sign} ${withUnit(value.toLocaleString('en'), unit)}`
}

const nameWidth = 62

/** A row as a line of the terminal. */
export const lineOf = (row: Row): string => {
  if ('note' in row) return `    ${row.note}`
  const verdict =
    row.goal === undefined ? '' : `  (goal: ${goalText(row)}) ${isReached(row) === true ? 'reached' : 'missed'}`
  const beside = row.beside === undefined ? '' : `  ${row.beside}`
  return `  ${row.name.padEnd(nameWidth)} ${valueText(row).padStart(12)}${verdict}${beside}`
}
