import type { ReactNode } from 'react'
import { Table } from '@mantine/core'

/** A table that scrolls inside where it is wider than the page, also by the keyboard. */
export const DataTable = ({
  caption,
  columns,
  children,
}: {
  /** What it shows: for those who hear the page. */
  readonly caption: string
  readonly columns: readonly string[]
  /** Its rows. */
  readonly children: ReactNode
}) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard
  <section className="scrolls" aria-label={caption} tabIndex={0}>
    <Table>
      <Table.Caption className="unseen">{caption}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column} scope="col">
              {column}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  </section>
)
