import type { BenchRecord } from '../../bench/record.ts'
import { goalText, isReached, valueText } from '../../bench/report.ts'
import type { Figure } from '../../bench/report.ts'
import { processorTimeOf } from '../../bench/throughput/cost.ts'
import { tableOf } from '../markdown.ts'
import { records } from '../measured.ts'

const goalCell = (figure: Figure): string => {
  const reached = isReached(figure)
  return reached === undefined ? '' : `${goalText(figure)}: ${reached ? 'reached' : '**missed**'}`
}

const figuresOf = ({ rows }: BenchRecord): string =>
  tableOf([
    ['figure', 'measured', 'goal', 'beside it'],
    ...rows.flatMap((row) => ('note' in row ? [] : [[row.name, valueText(row), goalCell(row), row.beside ?? '']])),
  ])

const runsOf = (runs: readonly (readonly [string, BenchRecord])[]): string =>
  tableOf([
    ['bench', 'when', 'commit', 'machine', 'load before', 'versions'],
    ...runs.map(([name, { date, machine }]) => [
      `\`${name}\``,
      date.slice(0, 10),
      `\`${machine.commit}\``,
      `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB`,
      String(machine.load),
      Object.entries(machine.versions)
        .map((version) => version.join(' '))
        .join(', '),
    ]),
  ])

/** Of each program, what one PATCH → 200 takes of a core, and how many of them fill it. */
const capacityOf = ({ rows }: BenchRecord): string =>
  tableOf([
    ['program', 'of one `PATCH` → 200', 'a core is full at'],
    ...rows.flatMap((row) =>
      'note' in row || !row.name.startsWith(processorTimeOf)
        ? []
        : [
            [
              row.name.slice(processorTimeOf.length),
              valueText(row),
              valueText({ value: 1000 / row.value, unit: '/s' }),
            ],
          ],
    ),
  ])

const benches = Object.entries(records)

const performance = 'docs/performance.md'

/** Tables of the pages on performance and scale: one of each bench, and one of what they were run on. */
export const performanceTables = [
  { guide: performance, of: 'runs', make: () => runsOf(benches) },
  ...benches.map(([name, bench]) => ({ guide: performance, of: `the bench ${name}`, make: () => figuresOf(bench) })),
  ...benches
    .filter(([name]) => name === 'throughput')
    .map(([, bench]) => ({ guide: 'docs/scale.md', of: 'capacity', make: () => capacityOf(bench) })),
]
