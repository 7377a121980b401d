import { queryOptions, useQuery } from '@tanstack/react-query'
import { answered } from '../app/problem.ts'
import { api } from '../app/api.ts'

/** A tenant and its health. */
export const tenantQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['tenant', tenantId, 'health'],
    queryFn: async () => answered(await api.GET('/v1/tenants/{tenantId}', { params: { path: { tenantId } } })),
  })

/** The tenants that the caller has a right on. */
export const useTenants = () =>
  useQuery({ queryKey: ['tenants'], queryFn: async () => answered(await api.GET('/v1/tenants')) })
