import { lazy } from 'react'
import { Anchor, Button, Code, Loader, Stack, Text, Title } from '@mantine/core'
import { Link, Navigate } from 'react-router'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { texts } from '../texts/texts.ts'
import { useCaller } from './session.tsx'
import { useTenants } from './shell.tsx'

/** Not for those who have one tenant. */
const TenantTable = lazy(async () => import('../tenants/tenant-table.tsx'))

/** The first page: the only tenant, or a choice. */
export const Start = () => {
  const tenants = useTenants()
  const caller = useCaller()
  const { common } = texts
  if (tenants.error) return <ProblemNotice error={tenants.error} again={() => void tenants.refetch()} />
  if (tenants.data === undefined) return <Loader aria-label={common.loading} />
  const { tenants: items } = tenants.data
  const [first] = items
  if (first !== undefined && items.length === 1)
    return <Navigate to={`/tenants/${encodeURIComponent(first.id)}/clients`} replace />
  return (
    <Stack>
      <Title order={1}>{common.tenants.title}</Title>
      {items.length === 0 ? (
        <Text>
          {common.tenants.none} <Code>{caller.id}</Code>
        </Text>
      ) : (
        <TenantTable tenants={items} />
      )}
    </Stack>
  )
}

export const NotFound = () => (
  <Stack>
    <Title order={1}>{texts.common.notFound.title}</Title>
    <Anchor component={Link} to="/">
      {texts.common.notFound.back}
    </Anchor>
  </Stack>
)

/** In place of a page that failed, or whose part of the build is not there any more as the server has a newer one. */
export const Broken = () => (
  <Stack align="flex-start" role="alert">
    <Title order={1}>{texts.common.broken.title}</Title>
    <Text>{texts.common.broken.text}</Text>
    <Button onClick={() => location.reload()}>{texts.common.broken.again}</Button>
  </Stack>
)
