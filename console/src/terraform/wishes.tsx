import { Anchor, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { may, useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { When } from '../ui/when.tsx'

const words = texts.terraform.wishes

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
    enabled: may(caller, 'client.read', 'client.write', 'client.read.all', 'client.write.all'),
  })
}

/** Clients that are to come under Terraform, or to be let go: who asked for it, and when. */
export const Wishes = ({ tenantId }: { readonly tenantId: string }) => {
  const adopting = useListed(tenantId, 'adopting')
  const releasing = useListed(tenantId, 'releasing')
  const clients = [...(adopting.data?.clients ?? []), ...(releasing.data?.clients ?? [])]
  const standings = useQueries({
    queries: clients.map(({ id: clientId }) => ({
      queryKey: ['tenant', tenantId, 'client', clientId, 'sync'],
      queryFn: async () =>
        answered(
          await api.GET('/v1/tenants/{tenantId}/clients/{clientId}/sync', {
            params: { path: { tenantId, clientId } },
          }),
        ),
    })),
  })
  if (clients.length === 0) return null
  const root = `/tenants/${encodeURIComponent(tenantId)}/clients`
  return (
    <Stack gap="xs">
      <Title order={2} size="h3">
        {words.heading}
      </Title>
      <Text size="sm">{words.text}</Text>
      <DataTable caption={words.heading} columns={words.columns}>
        {clients.map(({ id, name, terraform }, index) => {
          const request = standings[index]?.data?.terraform.request
          return (
            <Table.Tr key={id}>
              <Table.Th scope="row">
                <Anchor component={Link} to={`${root}/${encodeURIComponent(id)}`}>
                  <Foreign text={name ?? id} />
                </Anchor>
              </Table.Th>
              <Table.Td>{words.kinds[terraform === 'releasing' ? 'release' : 'adopt']}</Table.Td>
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
            {words.more}: {words.kinds.adopt}
          </Anchor>
        ) : null}
        {releasing.data?.next ? (
          <Anchor component={Link} to={`${root}?terraform=releasing`}>
            {words.more}: {words.kinds.release}
          </Anchor>
        ) : null}
      </Group>
    </Stack>
  )
}
