import { Anchor, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { clientAddress } from '../app/addresses.ts'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Part } from '../ui/part.tsx'
import { Reading } from '../ui/reading.tsx'
import { When } from '../ui/when.tsx'

const words = texts.tenants.running

/** Seconds: a call is over before an event could tell of it. */
const renewedEvery = 3

/** The clients that a worker calls Auth0 for now, for whoever may know of every client. */
export const Running = ({ tenantId }: { readonly tenantId: string }) => {
  const running = useQuery({
    queryKey: ['tenant', tenantId, 'health', 'running'],
    queryFn: async () => answered(await api.GET('/v1/tenants/{tenantId}/running', { params: { path: { tenantId } } })),
    refetchInterval: renewedEvery * 1000,
  })
  const calls = running.data?.running ?? []
  return (
    <Part title={words.heading}>
      <Reading of={running} />
      <Text size="sm" component="output">
        {running.data === undefined ? null : words.count(calls.length)}
      </Text>
      {calls.length === 0 ? null : (
        <DataTable caption={words.heading} columns={words.columns}>
          {calls.map(({ client, since, until, attempt }) => (
            <Table.Tr key={client}>
              <Table.Th scope="row">
                <Anchor component={Link} to={clientAddress(tenantId, client)}>
                  <Foreign text={client} />
                </Anchor>
              </Table.Th>
              <Table.Td>
                <When at={since} />
              </Table.Td>
              <Table.Td>
                <When at={until} />
              </Table.Td>
              <Table.Td>{attempt}</Table.Td>
            </Table.Tr>
          ))}
        </DataTable>
      )}
    </Part>
  )
}
