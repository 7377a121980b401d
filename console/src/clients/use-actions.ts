import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../app/api.ts'
import { answered } from '../app/problem.ts'
import { clientKey } from './client-data.ts'
import type { ClientKey } from './client-data.ts'
import type { ClientAction } from './offered.ts'

/** What was done shows wherever the client is shown. */
const useRenewal = (path: ClientKey) => {
  const queries = useQueryClient()
  return async (): Promise<void> => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: clientKey(path) }),
      queries.invalidateQueries({ queryKey: ['tenant', path.tenantId, 'lists'] }),
    ])
  }
}

/** Tries again now, puts back what Nexus has confirmed, or takes over what Auth0 has. */
export const useSyncAction = (path: ClientKey) => {
  const onSuccess = useRenewal(path)
  return useMutation({
    mutationFn: async (action: 'retry' | 'revert' | 'accept') =>
      answered(
        await api.POST('/v1/tenants/{tenantId}/clients/{clientId}/sync', {
          params: { path: { ...path } },
          body: { action },
          headers: { 'idempotency-key': crypto.randomUUID(), prefer: 'respond-async' },
        }),
      ),
    onSuccess,
  })
}

/** Stops and starts sending for one client, brings it under Terraform, or lets it go. @param state which takes it over */
export const useClientAction = (path: ClientKey) => {
  const onSuccess = useRenewal(path)
  const params = { path: { ...path } }
  const requests = {
    pause: async () => api.POST('/v1/tenants/{tenantId}/clients/{clientId}/pause', { params }),
    resume: async () => api.POST('/v1/tenants/{tenantId}/clients/{clientId}/resume', { params }),
    adopt: async (state: string | null) =>
      api.PUT('/v1/tenants/{tenantId}/clients/{clientId}/terraform', {
        params,
        body: state === null ? {} : { state },
      }),
    release: async () => api.DELETE('/v1/tenants/{tenantId}/clients/{clientId}/terraform', { params }),
  }
  return useMutation({
    mutationFn: async ({ action, state = null }: { readonly action: ClientAction; readonly state?: string | null }) => {
      answered<unknown>(await requests[action](state))
    },
    onSuccess,
  })
}

/** Takes a change back that still waits. */
export const useWithdrawal = (path: ClientKey) => {
  const onSuccess = useRenewal(path)
  return useMutation({
    mutationFn: async (changeId: string) => {
      answered<unknown>(
        await api.DELETE('/v1/tenants/{tenantId}/changes/{changeId}', {
          params: { path: { tenantId: path.tenantId, changeId } },
        }),
      )
    },
    onSuccess,
  })
}
