import { Table, Text } from '@mantine/core'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Part } from '../ui/part.tsx'

const { headings, odd } = texts.tenants

/** What the last scan left out, for whoever may read every client. */
export const OddClients = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => {
  const { count, elements } = tenant.scan.leftOut
  if (elements.length === 0) return null
  return (
    <Part title={headings.odd}>
      <Text size="sm">
        {odd.text} {count > elements.length ? odd.more(count) : null}
      </Text>
      <DataTable caption={odd.text} columns={odd.columns}>
        {elements.map(({ client, reason }) => (
          <Table.Tr key={`${client} ${reason}`}>
            <Table.Td>{client === null ? odd.unknown : <Foreign text={client} />}</Table.Td>
            <Table.Td>
              <Foreign text={reason} />
            </Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
    </Part>
  )
}
