import type { Schemas } from '../app/schemas.ts'

type Record = Schemas['AuditRecord']

const columns = {
  id: ({ id }) => id,
  at: ({ at }) => at,
  tenant: ({ tenantId }) => tenantId,
  kind: ({ actor }) => actor?.kind,
  actor: ({ actor }) => actor?.id,
  application: ({ actor }) => actor?.application,
  address: ({ address }) => address,
  request: ({ requestId }) => requestId,
  action: ({ action }) => action,
  target: ({ target }) => target,
  change: ({ changeId }) => changeId,
  outcome: ({ outcome }) => outcome,
  reason: ({ reason }) => reason,
  missing: ({ missing }) => missing,
  count: ({ count }) => count,
} as const satisfies Readonly<{ [name: string]: (record: Record) => string | number | null | undefined }>

/** A spreadsheet takes what begins so for a formula: an apostrophe before it makes it a text. */
const formula = /^[=+\-@\t\r]/

/** A cell (RFC 4180): quoted where it has to be. */
export const cellOf = (value: string | number | null | undefined): string => {
  const text = typeof value === 'string' && formula.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Records as a file for a spreadsheet. */
export const csvOf = (records: readonly Record[]): string =>
  [Object.keys(columns), ...records.map((record) => Object.values(columns).map((read) => read(record)))]
    .map((row) => `${row.map(cellOf).join(',')}\r\n`)
    .join('')
