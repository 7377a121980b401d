import { lazy } from 'react'
import { Anchor, Button, Code, Stack, Text, Title } from '@mantine/core'
import { Link, Navigate } from 'react-router'
import { useTenants } from '../tenants/tenant-query.ts'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { texts } from '../texts/texts.ts'
import { clientsAddress } from './addresses.ts'
import { useCaller } from './session.tsx'

/** Not for those who have one tenant. */
const TenantTable = lazy(async () => import('../tenants/tenant-table.tsx'))

/** The first page: the only tenant, or a choice. */
export const Start = () => {
  const tenants = useTenants()
  const caller = useCaller()
  const { common } = texts
  if (tenants.data === undefined) return <Reading of={tenants} />
  const { tenants: items } = tenants.data
  const [first] = items
  if (first !== undefined && items.length === 1) return <Navigate to={clientsAddress(first.id)} replace />
  return (
    <Page title={common.tenants.title}>
      {items.length === 0 ? (
        <Text>
          {common.tenants.none} <Code>{caller.id}</Code>
        </Text>
      ) : (
        <TenantTable tenants={items} />
      )}
    </Page>
  )
}

export const NotFound = () => (
  <Page title={texts.common.notFound.title}>
    <Anchor component={Link} to="/">
      {texts.common.notFound.back}
    </Anchor>
  </Page>
)

/** In place of a page that failed, or whose part of the build is not there any more as the server has a newer one. */
export const Broken = () => (
  <Stack align="flex-start" role="alert">
    <Title order={1}>{texts.common.broken.title}</Title>
    <Text>{texts.common.broken.text}</Text>
    <Button onClick={() => location.reload()}>{texts.common.broken.again}</Button>
  </Stack>
)
