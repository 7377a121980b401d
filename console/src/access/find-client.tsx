import { useState } from 'react'
import { Anchor, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Reading } from '../ui/reading.tsx'

const words = texts.access

/** Clients that are offered; whoever looks for another one types more of it. */
const most = 20

/** Finds the client that somebody asks about. */
export const FindClient = ({ tenantId }: { readonly tenantId: string }) => {
  const [typed, setTyped] = useState('')
  const [text] = useDebouncedValue(typed.trim(), 250)
  const clients = useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'clients', 'found', text],
    queryFn: async () =>
      answered(
        await api.GET('/v1/tenants/{tenantId}/clients', {
          params: { path: { tenantId }, query: { limit: most, ...(text === '' ? {} : { text }) } },
        }),
      ),
    placeholderData: keepPreviousData,
  })
  return (
    <Stack gap="sm">
      <TextInput
        type="search"
        label={words.search}
        placeholder={words.searchHint}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Reading of={clients} />
      {clients.data?.clients.length === 0 ? <Text component="output">{words.noMatch}</Text> : null}
      <ul className="plain">
        {clients.data?.clients.map(({ id, name }) => (
          <li key={id}>
            <Anchor component={Link} to={`?${new URLSearchParams({ client: id }).toString()}`}>
              <Foreign text={name ?? id} />
            </Anchor>{' '}
            <Text span size="sm" c="dimmed">
              <Foreign text={id} />
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  )
}
