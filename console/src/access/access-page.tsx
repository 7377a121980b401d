import { Anchor, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearchParams } from 'react-router'
import { clientAddress } from '../app/addresses.ts'
import { may } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Page } from '../ui/page.tsx'
import { Part } from '../ui/part.tsx'
import { Reading } from '../ui/reading.tsx'
import { When } from '../ui/when.tsx'
import { accessQuery } from './access-query.ts'
import { Examine } from './examine.tsx'
import { FindClient } from './find-client.tsx'
import { Rights } from './rights.tsx'

const words = texts.access

/** Who may do what with a client, and why: `/tenants/:tenantId/access?client=…`. */
const AccessPage = () => {
  const { tenantId = '' } = useParams()
  const [query] = useSearchParams()
  const clientId = query.get('client')
  return (
    <Page title={words.title}>
      <Text>{words.explained}</Text>
      {clientId === null || clientId === '' ? (
        <FindClient key={tenantId} tenantId={tenantId} />
      ) : (
        <AccessTo key={clientId} tenantId={tenantId} clientId={clientId} />
      )}
    </Page>
  )
}

interface Of {
  readonly tenantId: string
  readonly clientId: string
}

const AccessTo = ({ tenantId, clientId }: Of) => {
  const caller = useCaller()
  const isAdministrator = may(caller, 'tenant.admin')
  return (
    <Stack gap="lg">
      <Text>
        <Anchor component={Link} to={clientAddress(tenantId, clientId)}>
          <Foreign text={clientId} />
        </Anchor>
        {' · '}
        <Anchor component={Link} to="?">
          {words.other}
        </Anchor>
      </Text>
      <Part title={words.headings.you}>
        <Answer tenantId={tenantId} clientId={clientId} />
      </Part>
      {isAdministrator ? (
        <>
          <Part title={words.headings.somebody}>
            <Examine tenantId={tenantId} clientId={clientId} />
          </Part>
          <Part title={words.headings.registered}>
            <Answer tenantId={tenantId} clientId={clientId} of="registered" />
          </Part>
        </>
      ) : null}
    </Stack>
  )
}

const Answer = ({ tenantId, clientId, of }: Of & { readonly of?: 'registered' }) => {
  const access = useQuery(accessQuery(tenantId, clientId, of))
  if (access.data === undefined) return <Reading of={access} />
  return (
    <>
      {access.data.access.length === 0 ? <Text>{words.none}</Text> : null}
      {access.data.access.map((one) => (
        <Rights key={`${one.kind} ${one.id} ${one.application}`} access={one} />
      ))}
      <Text size="sm" c="dimmed">
        {words.observed} <When at={access.data.observedAt} />
      </Text>
    </>
  )
}

export default AccessPage
