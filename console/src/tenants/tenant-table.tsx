import { Anchor, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { tenantAddress } from '../app/addresses.ts'
import type { Schemas } from '../app/schemas.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { When } from '../ui/when.tsx'
import { standingsOf } from './standing.ts'
import { StateWord } from './state-word.tsx'

const { caption, columns } = texts.tenants.table

const numbers = new Intl.NumberFormat('en')

/** The tenants of somebody who has several, and how each stands. */
const TenantTable = ({ tenants }: { readonly tenants: readonly Schemas['Tenant'][] }) => (
  <DataTable caption={caption} columns={columns}>
    {tenants.map((tenant) => (
      <Row key={tenant.id} tenant={tenant} />
    ))}
  </DataTable>
)

const Row = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => {
  const [first] = standingsOf(tenant)
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Anchor component={Link} to={tenantAddress(tenant.id)}>
          {tenant.id}
        </Anchor>
        <Text size="xs" c="dimmed">
          {tenant.domain}
        </Text>
      </Table.Th>
      <Table.Td>
        <StateWord standing={first} />
      </Table.Td>
      <Table.Td>{numbers.format(tenant.clients)}</Table.Td>
      <Table.Td>{numbers.format(tenant.backlog)}</Table.Td>
      <Table.Td>{numbers.format(tenant.drifted)}</Table.Td>
      <Table.Td>
        <When at={tenant.scan.lastCompleteAt} />
      </Table.Td>
    </Table.Tr>
  )
}

export default TenantTable
