import { z } from 'zod'
import { compare } from '../../domain/clients/field-values.ts'
import { FieldDifference } from '../../domain/changes/tenant-report.ts'
import { isRecord, isText } from '../../domain/shape.ts'
import type { FieldPath, Value, Values } from '../../domain/vocabulary.ts'
import { eachField, fieldPaths } from '../../domain/vocabulary.ts'
import { fieldLines } from './differences.ts'
import { printable } from '../../domain/texts/printable.ts'
import { agoText, countText, timeText } from '../terminal/readable.ts'
import type { Shown } from '../terminal/readable.ts'
import type { Column } from '../terminal/table.ts'
import { tableLines } from '../terminal/table.ts'

/** What the API answers of clients, and how a person reads it. Members that are not named here are kept. */

const texts = z.array(z.string()).nullable()

const ListedClient = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  owners: texts,
  productName: z.string().nullable(),
  manuallyCreated: z.boolean(),
  // An earlier API does not have it.
  terraform: z.string().optional(),
  sync: z.string(),
  drifted: z.boolean(),
  observedAt: z.string(),
})
export type ListedClient = z.infer<typeof ListedClient>
export const ClientPage = z.looseObject({ clients: z.array(ListedClient), next: z.string().nullable() })

export const Client = z.looseObject({ id: z.string(), name: z.string().nullable() })
export type Client = z.infer<typeof Client>

const Change = z.looseObject({
  id: z.string(),
  status: z.string(),
  values: z.looseObject({}),
  author: z.looseObject({ id: z.string(), application: z.string().nullish() }),
  acceptedAt: z.string(),
  refusal: z.looseObject({ detail: z.string() }).nullable(),
  supersededBy: z.string().nullable(),
})
export type Change = z.infer<typeof Change>
export const ChangePage = z.looseObject({ changes: z.array(Change), next: z.string().nullable() })

export const Sync = z.looseObject({
  observedAt: z.string(),
  owned: z.array(z.string()),
  pending: z.array(z.looseObject({ id: z.string() })),
  drift: z.array(
    z.looseObject({
      field: FieldDifference.shape.field,
      class: z.string(),
      confirmed: FieldDifference.shape.from,
      observed: FieldDifference.shape.to,
    }),
  ),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), message: z.string() })),
})
export type Sync = z.infer<typeof Sync>

export const Previewed = z.looseObject({
  preview: z.looseObject({ fields: z.array(FieldDifference), waitingChanges: z.int() }),
})

const valueAt = (body: unknown, path: FieldPath): Value | undefined => {
  let found: unknown = body
  for (const member of path.split('.')) found = isRecord(found) ? found[member] : undefined
  if (isText(found) || found === null) return found
  return Array.isArray(found) ? found.filter(isText) : undefined
}

/** The values of the fields in an answer, or in the values of a change; those that are not there are left out. */
export const valuesIn = (body: unknown): Values =>
  Object.fromEntries(
    Object.entries(eachField((path) => valueAt(body, path))).filter(([, value]) => value !== undefined),
  )

/** The fields that read otherwise in two answers. */
export const differencesBetween = (before: Values, after: Values): FieldDifference[] =>
  fieldPaths
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }))
    .filter(({ from, to }) => compare(from, to) !== 'same')

const yes = (flag: boolean): string => (flag ? 'yes' : '-')

/** A client that no state manages and nobody asks for is the usual one, and needs no word. */
const terraformText = ({ terraform, manuallyCreated }: ListedClient): string => {
  const word = terraform ?? (manuallyCreated ? 'manual' : 'managed')
  return word === 'manual' ? '-' : word
}

const listColumns = (now: Date): readonly Column<ListedClient>[] => [
  { title: 'CLIENT', cell: ({ id }) => id, whole: true },
  { title: 'NAME', cell: ({ name }) => name ?? '-' },
  { title: 'PRODUCT', cell: ({ productName }) => productName ?? '-' },
  { title: 'OWNERS', cell: ({ owners }) => (owners?.length ? owners.join(', ') : '-') },
  { title: 'TERRAFORM', cell: terraformText },
  { title: 'SYNC', cell: ({ sync }) => sync },
  { title: 'DRIFT', cell: ({ drifted }) => yes(drifted) },
  { title: 'OBSERVED', cell: ({ observedAt }) => agoText(observedAt, now) },
]

/** The last line of a page: how many there are, and how to see the rest. */
const pageLine = (count: number, what: string, next: string | null): string =>
  next === null
    ? `${countText(count, what)}.`
    : `${countText(count, what)}, and there are more: --limit, or --cursor ${next}`

export const clientListLines = (
  { clients, next }: z.infer<typeof ClientPage>,
  { now, width }: Shown,
): readonly string[] => [
  ...(clients.length === 0 ? [] : [...tableLines(listColumns(now), clients, width), '']),
  pageLine(clients.length, 'client', next),
]

/** What became of the change, in words. */
const noteOf = ({ refusal, supersededBy }: Change): string => {
  if (refusal !== null) return refusal.detail
  return supersededBy === null ? '' : 'a later change in the same call says otherwise'
}

const historyColumns: readonly Column<Change>[] = [
  { title: 'CHANGE', cell: ({ id }) => id, whole: true },
  { title: 'ACCEPTED', cell: ({ acceptedAt }) => timeText(acceptedAt) },
  { title: 'STATUS', cell: ({ status }) => status },
  {
    title: 'BY',
    cell: ({ author: { id, application } }) => (application ? `${id} (${application})` : id),
  },
  { title: 'FIELDS', cell: ({ values }) => Object.keys(valuesIn(values)).join(', ') },
  { title: 'NOTE', cell: noteOf },
]

export const historyLines = ({ changes, next }: z.infer<typeof ChangePage>, { width }: Shown): readonly string[] => [
  ...(changes.length === 0 ? [] : [...tableLines(historyColumns, changes, width), '']),
  pageLine(changes.length, 'change', next),
]

/** A client with what stands around it. */
export interface ShownClient {
  readonly client: Client
  readonly etag: string | null
  readonly warnings: readonly string[]
  readonly sync: Sync
}

type Row = readonly [name: string, value: string]

const rowsOf = (name: string, value: unknown): Row[] => {
  if (!Array.isArray(value)) return [[name, isText(value) ? value : JSON.stringify(value)]]
  return value.map((one, index): Row => [index === 0 ? name : '', isText(one) ? one : JSON.stringify(one)])
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** The members beside the fields: read only, and shown where they say something. */
const otherRows = (client: Client): Row[] => {
  const shown = new Set(['id', 'name', ...fieldPaths.map((path) => path.split('.')[0])])
  return Object.entries(client).flatMap(([name, value]) =>
    shown.has(name) || isNothing(value) ? [] : rowsOf(name, value),
  )
}

const fieldRows = (client: Client): Row[] => {
  const values = valuesIn(client)
  return fieldPaths.flatMap((path) => (isNothing(values[path]) ? [[path, '-'] as const] : rowsOf(path, values[path])))
}

const rowColumns: readonly Column<Row>[] = [
  { title: 'FIELD', cell: ([name]) => name, whole: true },
  { title: 'VALUE', cell: ([, value]) => value, whole: true },
]

/** Conditions that ask for attention: all but those that say that everything is well. */
const attention = ({ conditions }: Sync): string[] =>
  conditions
    .filter(({ type, status }) => (type === 'Synced') !== (status === 'True'))
    .map(({ type, message }) => `${type === 'Synced' ? 'Not synced' : type}: ${message}`)

export const clientLines = ({ client, warnings, sync }: ShownClient, { now, width }: Shown): readonly string[] => [
  `${printable(client.name ?? 'without a name')} (${client.id})`,
  '',
  ...tableLines(rowColumns, [...fieldRows(client), ['', ''], ...otherRows(client)], width),
  '',
  `Observed ${agoText(sync.observedAt, now)}; fields that Nexus looks after: ${printable(sync.owned.join(', ')) || 'none'}.`,
  ...attention(sync).map(printable),
  ...sync.drift.flatMap(({ field, confirmed, observed, class: why }) =>
    fieldLines({ field, from: confirmed, to: observed, why }).map((line) => `    ${line}`),
  ),
  ...warnings.map((warning) => `Warning: ${printable(warning)}`),
]
