import { useState } from 'react'
import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answered } from '../app/problem.ts'
import { api } from '../app/api.ts'
import type { Schemas } from '../app/schemas.ts'
import { knowsEveryClient, may } from '../app/rights.ts'
import { useCaller } from '../app/session.tsx'
import { texts } from '../texts/texts.ts'
import { Confirm } from '../ui/confirm.tsx'
import { ProblemNotice } from '../ui/problem-notice.tsx'
import { ScanNow } from './scan-now.tsx'

const words = texts.tenants

/** What an operator does to a tenant. Who may not is shown nothing. */
export const TenantActions = ({ tenant }: { readonly tenant: Schemas['Tenant'] }) => {
  const caller = useCaller()
  return (
    <>
      {knowsEveryClient(caller) ? <ScanNow key={tenant.id} tenantId={tenant.id} /> : null}
      {may(caller, 'tenant.admin') ? <PauseOrResume tenant={tenant} /> : null}
    </>
  )
}

const PauseOrResume = ({ tenant: { id: tenantId, paused } }: { readonly tenant: Schemas['Tenant'] }) => {
  const [asks, setAsks] = useState(false)
  const queries = useQueryClient()
  const set = useMutation({
    mutationFn: async (path: '/v1/tenants/{tenantId}/pause' | '/v1/tenants/{tenantId}/resume') =>
      answered(await api.POST(path, { params: { path: { tenantId } } })),
    onSuccess: async () => {
      setAsks(false)
      await queries.invalidateQueries({ queryKey: ['tenant', tenantId] })
      await queries.invalidateQueries({ queryKey: ['tenants'] })
    },
  })
  if (paused !== null)
    return (
      <>
        {set.error ? <ProblemNotice error={set.error} /> : null}
        <Button onClick={() => set.mutate('/v1/tenants/{tenantId}/resume')} loading={set.isPending}>
          {words.actions.resume}
        </Button>
      </>
    )
  return (
    <>
      <Button variant="default" onClick={() => setAsks(true)}>
        {words.actions.pause}
      </Button>
      {asks ? (
        <Confirm
          title={words.pause.title(tenantId)}
          label={words.actions.pause}
          doing={set}
          confirm={() => set.mutate('/v1/tenants/{tenantId}/pause')}
          close={() => setAsks(false)}
        >
          <Text>{words.pause.text}</Text>
        </Confirm>
      ) : null}
    </>
  )
}
