import { Anchor, Stack } from '@mantine/core'
import { Link, useLocation, useParams } from 'react-router'
import { clientAddress, clientsAddress } from '../app/addresses.ts'
import { texts } from '../texts/texts.ts'
import { Reading } from '../ui/reading.tsx'
import { clientIdIn } from './client-address.ts'
import { ClientView } from './client-view.tsx'
import { useClient } from './client-data.ts'

/** One client: its fields and their editor, its history, what the reader may do with it, and what else is known. */
const ClientPage = () => {
  const { tenantId = '' } = useParams()
  const clientId = clientIdIn(useLocation().pathname)
  const path = { tenantId, clientId }
  const client = useClient(path)
  return (
    <Stack gap="sm">
      <Anchor component={Link} to={clientsAddress(tenantId)} size="sm">
        {texts.client.back}
      </Anchor>
      {client.data === undefined ? (
        <Reading of={client} />
      ) : (
        <ClientView
          key={`${tenantId} ${clientId}`}
          path={path}
          root={clientAddress(tenantId, clientId)}
          read={client.data}
        />
      )}
    </Stack>
  )
}

export default ClientPage
