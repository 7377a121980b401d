import { processorTimeOf } from '../../bench/throughput/cost.ts'
import { tableOf } from '../markdown.ts'
import { records } from '../measured.ts'

/** A figure that was measured. @throws Error where the bench no longer has it */
const measured = (bench: string, name: string): number => {
  const row = records[bench]?.rows.find((one) => 'name' in one && one.name === name)
  if (row === undefined || !('value' in row)) throw new Error(`The bench ${bench} has no figure "${name}".`)
  return row.value
}

/** Of one core, in milliseconds. */
const costOf = (program: string): number => measured('throughput', `${processorTimeOf}${program}`)
/** On the disk of PostgreSQL, indexes included, in KiB. */
const rowOf = (kind: string): number => measured('backlog', `a row on disk, indexes included: ${kind}`)

/** Installations that are sized; clients are those of all tenants, changes those of the busiest second. */
const installations = [
  { name: 'small', tenants: 5, clients: 1000, perSecond: 5 },
  { name: 'medium', tenants: 50, clients: 20_000, perSecond: 50 },
  { name: 'large', tenants: 250, clients: 250_000, perSecond: 500 },
] as const
type Installation = (typeof installations)[number]

/** How much of a core may be busy in the busiest second, so that one of two can fail. */
const busyShare = 0.5
/** Of each kind of process, so that one can fail or be replaced. */
const leastOfKind = 2
/** Of PostgreSQL, for each process: docs/scale.md. */
const connectionsOfProcess = 29
/** Each client changes once a week, and records are kept for 400 days. */
const changesOfClient = 400 / 7

const coresFor = ({ perSecond }: Installation, program: string): number =>
  Math.ceil((perSecond * costOf(program)) / 1000 / busyShare)

/** `api` processes, or `worker` processes; or those of one of the two machines. */
const halfFor = (installation: Installation): number =>
  Math.max(leastOfKind, Math.ceil(coresFor(installation, 'nexus') / 2))
const processesFor = (installation: Installation): number => 2 * halfFor(installation)

const number = (value: number): string => value.toLocaleString('en-US')

const memory = (mebibytes: number): string =>
  mebibytes < 1024 ? `${Math.ceil(mebibytes)} MiB` : `${Math.ceil(mebibytes / 1024)} GiB`

const diskOf = ({ clients }: Installation): number =>
  (clients * (rowOf('client') + changesOfClient * (rowOf('change') + rowOf('audit')))) / 1024

const jobs = (): number => measured('backlog', 'changes that the sweep has queued within two minutes')
const jobKiB = (): number => (measured('backlog', 'memory of Redis') * 1024) / jobs()

const rows: readonly (readonly [what: string, of: (installation: Installation) => string])[] = [
  ['tenants', ({ tenants }) => number(tenants)],
  ['clients, of all tenants', ({ clients }) => number(clients)],
  ['changes in the busiest second', ({ perSecond }) => number(perSecond)],
  [
    'processes of Nexus (half of them `api`, half `worker`)',
    (installation) => `${processesFor(installation)} on 2 machines`,
  ],
  [
    'cores of each of these machines',
    (installation) => String(Math.max(2, Math.ceil(coresFor(installation, 'nexus') / 2))),
  ],
  ['memory of each of these machines', (installation) => memory(1024 + halfFor(installation) * 512)],
  ['cores of PostgreSQL', (installation) => String(Math.max(2, coresFor(installation, 'postgresql')))],
  [
    'connections to PostgreSQL (`max_connections` above that)',
    (installation) => number(processesFor(installation) * connectionsOfProcess),
  ],
  ['disk of PostgreSQL after 400 days', (installation) => memory(diskOf(installation))],
  [
    'connections to Redis',
    (installation) => number(halfFor(installation) * (installation.tenants + 2) + halfFor(installation)),
  ],
  ['memory of Redis if every client waits', ({ clients }) => memory(10 + (clients * jobKiB()) / 1024)],
]

/** What machines there should be for installations of three sizes, from what was measured. */
export const sizesTable = (): string =>
  tableOf([
    ['', ...installations.map(({ name }) => name)],
    ...rows.map(([what, of]) => [what].concat(installations.map(of))),
  ])
