import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { z } from 'zod'

/** A row is not what its query says it is. The message names the columns, and none of the values. */
class RowUnreadable extends Error {
  override readonly name = 'RowUnreadable'
  constructor(cause: z.ZodError) {
    super(`A row of the database cannot be read.\n${z.prettifyError(cause)}`)
  }
}

/** A row of a query as the schema says that stands beside it, or why it cannot be read. */
export const rowOrError = <Row>(row: z.ZodType<Row>, one: unknown): Row | RowUnreadable => {
  const result = row.safeParse(one)
  return result.success ? result.data : new RowUnreadable(result.error)
}

/**
 * The rows of a query, each as the schema says that stands beside it.
 *
 * @throws RowUnreadable
 */
export const parsed = <Row>(row: z.ZodType<Row>, rows: readonly unknown[]): Row[] =>
  rows.map((one) => {
    const read = rowOrError(row, one)
    if (read instanceof RowUnreadable) throw read
    return read
  })

/** A value for a column of JSON; null is the column's own null. */
export const jsonb = (value: unknown): RawBuilder<unknown> =>
  sql`${value === null ? null : JSON.stringify(value)}::jsonb`
