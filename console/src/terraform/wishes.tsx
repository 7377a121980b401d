import { Anchor, Group, Table, Text } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { clientAddress, clientsAddress } from '../app/addresses.ts'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { seesClients } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { syncQuery } from '../clients/client-data.ts'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Part } from '../ui/part.tsx'
import { Reading } from '../ui/reading.tsx'
import { When } from '../ui/when.tsx'

const words = texts.terraform.wishes
const { actions: kinds } = texts.details

/** Clients of each kind shown here; the list of clients has all of them. */
const most = 20

const useListed = (tenantId: string, terraform: 'adopting' | 'releasing') => {
  const caller = useCaller()
  return useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'clients', 'wishes', terraform],
    queryFn: async () =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/clients', {
          params: { path: { tenantId }, query: { terraform, limit: most } },
        }),
      ),
    enabled: seesClients(caller),
  })
}

/** Clients that are to come under Terraform, or to be let go: who asked for it, and when. */
export const Wishes = ({ tenantId }: { readonly tenantId: string }) => {
  const adopting = useListed(tenantId, 'adopting')
  const releasing = useListed(tenantId, 'releasing')
  const clients = [...(adopting.data?.clients ?? []), ...(releasing.data?.clients ?? [])]
  const standings = useQueries({
    queries: clients.map(({ id: clientId }) => syncQuery({ tenantId, clientId })),
  })
  const failed = [adopting, releasing].find(({ isError }) => isError)
  if (failed !== undefined)
    return (
      <Part title={words.heading}>
        <Reading of={failed} />
      </Part>
    )
  if (clients.length === 0) return null
  const root = clientsAddress(tenantId)
  return (
    <Part title={words.heading}>
      <Text size="sm">{words.text}</Text>
      <DataTable caption={words.heading} columns={words.columns}>
        {clients.map(({ id, name, terraform }, index) => {
          const request = standings[index]?.data?.terraform.request
          return (
            <Table.Tr key={id}>
              <Table.Th scope="row">
                <Anchor component={Link} to={clientAddress(tenantId, id)}>
                  <Foreign text={name ?? id} />
                </Anchor>
              </Table.Th>
              <Table.Td>{kinds[terraform === 'releasing' ? 'release' : 'adopt']}</Table.Td>
              <Table.Td>{request?.state}</Table.Td>
              <Table.Td>{request ? <Foreign text={request.by.id} /> : null}</Table.Td>
              <Table.Td>{request ? <When at={request.requestedAt} /> : null}</Table.Td>
            </Table.Tr>
          )
        })}
      </DataTable>
      <Group gap="md">
        {adopting.data?.next ? (
          <Anchor component={Link} to={`${root}?terraform=adopting`}>
            {words.more}: {kinds.adopt}
          </Anchor>
        ) : null}
        {releasing.data?.next ? (
          <Anchor component={Link} to={`${root}?terraform=releasing`}>
            {words.more}: {kinds.release}
          </Anchor>
        ) : null}
      </Group>
    </Part>
  )
}
