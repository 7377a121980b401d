import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { knowsEveryClient } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { Page } from '../ui/page.tsx'
import { Reading } from '../ui/reading.tsx'
import { Budgets } from './budgets.tsx'
import { OddClients } from './odd-clients.tsx'
import { Running } from './running.tsx'
import { StandingNotices } from './standing-notices.tsx'
import { TenantActions } from './tenant-actions.tsx'
import { TenantFacts } from './tenant-facts.tsx'
import { tenantQuery } from './tenant-query.ts'

/** Seconds: what no event tells of, as the age of a backlog, is read anew. */
const renewedEvery = 15

/** One tenant and its health: `/tenants/:tenantId`. */
const TenantPage = () => {
  const { tenantId = '' } = useParams()
  const seesRunning = knowsEveryClient(useCaller())
  const tenant = useQuery({ ...tenantQuery(tenantId), refetchInterval: renewedEvery * 1000 })
  return (
    <Page title={tenantId} actions={tenant.data && <TenantActions tenant={tenant.data} />}>
      <Reading of={tenant} />
      {tenant.data === undefined ? null : (
        <>
          <StandingNotices tenant={tenant.data} />
          <TenantFacts tenant={tenant.data} />
          <Budgets tenant={tenant.data} />
          {seesRunning ? <Running tenantId={tenantId} /> : null}
          <OddClients tenant={tenant.data} />
        </>
      )}
    </Page>
  )
}

export default TenantPage
