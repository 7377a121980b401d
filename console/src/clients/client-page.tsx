import { Anchor, Loader, Stack } from '@mantine/core'
import { Link, useLocation, useParams } from 'react-router'
import { texts } from '../texts/texts.ts'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { clientIdIn } from './client-address.ts'
import { ClientView } from './client-view.tsx'
import { useClient } from './client-data.ts'

/** One client: its fields and their editor, its history, what the reader may do with it, and what else is known. */
const ClientPage = () => {
  const { tenantId = '' } = useParams()
  const clientId = clientIdIn(useLocation().pathname)
  const path = { tenantId, clientId }
  const client = useClient(path)
  const list = `/tenants/${encodeURIComponent(tenantId)}/clients`
  return (
    <Stack gap="sm">
      <Anchor component={Link} to={list} size="sm">
        {texts.client.back}
      </Anchor>
      {client.data === undefined ? (
        client.error ? (
          <ProblemNotice error={client.error} again={() => void client.refetch()} />
        ) : (
          <Loader aria-label={texts.common.loading} />
        )
      ) : (
        <ClientView
          key={`${tenantId} ${clientId}`}
          path={path}
          root={`${list}/${encodeURIComponent(clientId)}`}
          read={client.data}
        />
      )}
    </Stack>
  )
}

export default ClientPage
