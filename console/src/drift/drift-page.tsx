import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { texts } from '../texts/texts.ts'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { DriftList } from './drift-list.tsx'
import type { Asked } from './drift-list.tsx'
import { NoDrift } from './no-drift.tsx'
import { ResolveDialog } from './resolve-dialog.tsx'

/** What somebody changed in Auth0, outside Nexus: `/tenants/:tenantId/drift?text=…&kind=…`. */
const DriftPage = () => {
  const { tenantId = '' } = useParams()
  const [asked, setAsked] = useState<Asked | null>(null)
  const drift = useQuery({
    queryKey: ['tenant', tenantId, 'lists', 'drift'],
    queryFn: async () => answered(await api.GET('/v1/tenants/{tenantId}/drift', { params: { path: { tenantId } } })),
  })
  return (
    <Page title={texts.drift.title}>
      <Reading of={drift} />
      {drift.data === undefined ? null : drift.data.clients.length === 0 ? (
        <NoDrift tenantId={tenantId} />
      ) : (
        <DriftList key={tenantId} tenantId={tenantId} clients={drift.data.clients} ask={setAsked} />
      )}
      {asked === null ? null : <ResolveDialog tenantId={tenantId} {...asked} close={() => setAsked(null)} />}
    </Page>
  )
}

export default DriftPage
