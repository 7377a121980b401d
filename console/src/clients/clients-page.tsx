import { useRef } from 'react'
import { Code, Stack, Text, Title } from '@mantine/core'
import { useParams, useSearchParams } from 'react-router'
import { seesEveryClient } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { FilterBar } from './list/filter-bar.tsx'
import { isNarrowed, queryOf } from './list/filters.ts'
import type { ListQuery } from './list/filters.ts'
import { ClientRows } from './list/rows.tsx'
import type { ListProps } from './list/rows.tsx'
import { useClients, useRenewal } from './list/use-clients.ts'

/** The clients of a tenant that the reader may see. */
const ClientsPage = () => {
  const { tenantId = '' } = useParams()
  const [address] = useSearchParams()
  const query = queryOf(address)
  const list = useRef<HTMLDivElement>(null)
  return (
    <Page title={texts.clients.title}>
      <FilterBar onDown={() => list.current?.querySelector('a')?.focus()} />
      <div ref={list}>
        {/* Another query is another list: it begins at the top. */}
        <Found key={`${tenantId} ${JSON.stringify(query)}`} tenantId={tenantId} query={query} />
      </div>
    </Page>
  )
}

const Found = ({ tenantId, query }: { readonly tenantId: string; readonly query: ListQuery }) => {
  const found = useClients(tenantId, query)
  if (found.data === undefined) return <Reading of={found} />
  const isEmpty = found.data.pages.every(({ clients }) => clients.length === 0)
  const List = isEmpty ? Nothing : ClientRows
  return <List tenantId={tenantId} query={query} found={found} />
}

/** An empty list says why it is, and what to do; it is filled as soon as there is something to show. */
const Nothing = ({ tenantId, query, found }: ListProps) => {
  useRenewal(tenantId, query, found.data, [0])
  const caller = useCaller()
  const { none } = texts.clients
  const [title, text] = isNarrowed(query)
    ? [none.matchTitle, none.match]
    : seesEveryClient(caller)
      ? [none.allTitle, none.all]
      : [none.rightsTitle, none.rights]
  return (
    <Stack gap="xs" aria-live="polite">
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text>
        {text}{' '}
        {text === none.rights ? (
          <Code>
            <Foreign text={caller.id} />
          </Code>
        ) : null}
      </Text>
    </Stack>
  )
}

export default ClientsPage
