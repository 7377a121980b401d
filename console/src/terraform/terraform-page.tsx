import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'react-router'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { tenantQuery } from '../tenants/tenant-query.ts'
import { texts } from '../texts/texts.ts'
import { Page } from '../ui/page.tsx'
import { Part } from '../ui/part.tsx'
import { Reading } from '../ui/reading.tsx'
import { Managed } from './managed.tsx'
import { StateCard } from './state-card.tsx'
import { UnlockDialog } from './unlock-dialog.tsx'
import { VersionsDialog } from './versions-dialog.tsx'
import { Wishes } from './wishes.tsx'

const words = texts.terraform

/**
 * A tenant's Terraform states: `/tenants/:tenantId/terraform`. With `?versions=main` the versions of one are open, with
 * `?unlock=main` the question whether its lock is taken away.
 */
const TerraformPage = () => {
  const { tenantId = '' } = useParams()
  const [query, setQuery] = useSearchParams()
  const tenant = useQuery(tenantQuery(tenantId))
  const states = useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'states'],
    queryFn: async () =>
      answered(await api.GET('/v1/tenants/{tenantId}/terraform/states', { params: { path: { tenantId } } })),
  })
  const found = (name: 'versions' | 'unlock') => states.data?.states.find((state) => state.name === query.get(name))
  const [shown, unlocked] = [found('versions'), found('unlock')]
  const close = (): void => setQuery({})
  return (
    <Page title={words.title}>
      {tenant.data === undefined ? null : <Managed tenant={tenant.data} />}
      <Wishes tenantId={tenantId} />
      <Part title={words.states.heading}>
        <Reading of={states} />
        {states.data?.states.length === 0 ? <Text>{words.states.none}</Text> : null}
        {states.data?.states.map((state) => (
          <StateCard
            key={state.name}
            state={state}
            openVersions={() => setQuery({ versions: state.name })}
            askUnlock={() => setQuery({ unlock: state.name })}
          />
        ))}
      </Part>
      {shown === undefined ? null : <VersionsDialog tenantId={tenantId} name={shown.name} close={close} />}
      {unlocked?.lock ? (
        <UnlockDialog tenantId={tenantId} name={unlocked.name} lock={unlocked.lock} close={close} />
      ) : null}
    </Page>
  )
}

export default TerraformPage
