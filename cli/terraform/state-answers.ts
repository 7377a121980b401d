import { z } from 'zod'
import { printable } from '../../domain/texts/printable.ts'
import { agoText, countText, sizeText, timeText } from '../terminal/readable.ts'
import type { Shown } from '../terminal/readable.ts'
import type { Column } from '../terminal/table.ts'
import { tableLines } from '../terminal/table.ts'

/** What the API answers of Terraform states, and how a person reads it. Members that are not named here are kept. */

const Lock = z.looseObject({
  id: z.string(),
  operation: z.string(),
  who: z.string(),
  by: z.string(),
  since: z.string(),
  abandoned: z.boolean(),
})
export type Lock = z.infer<typeof Lock>

const State = z.looseObject({
  name: z.string(),
  own: z.boolean(),
  /** An older server does not say. */
  named: z.boolean().optional(),
  version: z.int().nullable(),
  serial: z.int().nullable(),
  bytes: z.int().nullable(),
  writtenAt: z.string().nullable(),
  clients: z.int(),
  lock: Lock.nullable(),
  /** An older server does not say. */
  unlockedWrite: z.looseObject({ at: z.string(), by: z.string() }).nullish(),
})
export type State = z.infer<typeof State>
export const States = z.looseObject({ states: z.array(State) })

const Version = z.looseObject({
  version: z.int(),
  current: z.boolean(),
  serial: z.int(),
  terraformVersion: z.string(),
  bytes: z.int(),
  restoredFrom: z.int().nullable(),
  writtenAt: z.string(),
  writtenBy: z.looseObject({ id: z.string() }),
})
export type Version = z.infer<typeof Version>
export const Versions = z.looseObject({ versions: z.array(Version) })

export const Restored = z.looseObject({ version: z.int(), restoredFrom: z.int(), serial: z.int() })

const orDash = <T>(value: T | null, text: (value: T) => string): string => (value === null ? '-' : text(value))

/** Terraform's names of operations, as people say them: OperationTypeApply is an apply. */
const operationText = (operation: string): string => operation.replace(/^OperationType/, '').toLowerCase()

const stateColumns = (now: Date): readonly Column<State>[] => [
  { title: 'STATE', cell: ({ name }) => name, whole: true },
  { title: 'OWN', cell: ({ own, named }) => (own ? 'yes' : named === false ? 'no, unnamed' : 'no') },
  { title: 'VERSION', cell: ({ version }) => orDash(version, String) },
  { title: 'SERIAL', cell: ({ serial }) => orDash(serial, String) },
  { title: 'CLIENTS', cell: ({ clients }) => String(clients) },
  { title: 'SIZE', cell: ({ bytes }) => orDash(bytes, sizeText) },
  { title: 'WRITTEN', cell: ({ writtenAt }) => orDash(writtenAt, (at) => agoText(at, now)) },
  { title: 'LOCKED BY', cell: ({ lock }) => orDash(lock, ({ who, by }) => who || by) },
]

/** Who holds a lock, since when; and where it looks abandoned, that it does. */
export const lockLines = (name: string, { who, by, operation, since, abandoned }: Lock, now: Date): string[] => {
  const holder = printable(who === '' ? by : `${who} (${by})`)
  const doing = operation === '' ? '' : `, for: ${printable(operationText(operation))}`
  return [
    `${printable(name)} is locked by ${holder} since ${timeText(since)}, ${agoText(since, now)}${doing}.`,
    ...(abandoned ? ['It looks abandoned: it is older than an apply should take.'] : []),
  ]
}

/** That nothing kept two applies apart, and what makes Terraform lock. */
const unlockedLines = (name: string, { at, by }: { at: string; by: string }, now: Date): string[] => [
  `${printable(name)} was last written without a lock, by ${printable(by)} ${agoText(at, now)}.`,
  'Set lock_address and unlock_address in its backend, and do not use -lock=false.',
]

/** The states of a tenant, and below them their locks with the command that takes an abandoned one away. */
export const stateLines = (tenantId: string, states: readonly State[], { now, width }: Shown): string[] => [
  ...tableLines(stateColumns(now), states, width),
  ...states.flatMap(({ name, lock }) => {
    if (lock === null) return []
    const remedy = `If no apply is running, remove it: nexus state unlock ${tenantId} ${printable(name)}`
    return ['', ...lockLines(name, lock, now), ...(lock.abandoned ? [remedy] : [])]
  }),
  ...states.flatMap(({ name, unlockedWrite }) =>
    unlockedWrite ? ['', ...unlockedLines(name, unlockedWrite, now)] : [],
  ),
]

const noteOf = ({ current, restoredFrom }: Version): string =>
  [...(current ? ['current'] : []), ...(restoredFrom === null ? [] : [`restored from ${restoredFrom}`])].join(', ')

const versionColumns: readonly Column<Version>[] = [
  { title: 'VERSION', cell: ({ version }) => String(version), whole: true },
  { title: 'SERIAL', cell: ({ serial }) => String(serial) },
  { title: 'WRITTEN', cell: ({ writtenAt }) => timeText(writtenAt), whole: true },
  { title: 'BY', cell: ({ writtenBy }) => writtenBy.id },
  { title: 'TERRAFORM', cell: ({ terraformVersion }) => terraformVersion },
  { title: 'SIZE', cell: ({ bytes }) => sizeText(bytes) },
  { title: '', cell: noteOf },
]

/** The versions of a state; below them how many there are. */
export const versionLines = (versions: readonly Version[], width: number | undefined): string[] => [
  ...tableLines(versionColumns, versions, width),
  '',
  `${countText(versions.length, 'version')}.`,
]
